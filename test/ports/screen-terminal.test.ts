import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { commandLine } from '../../src/schedule/slots.js';
import { hasTmux, Tmux } from '../support/tmux.js';

const folder = mkdtempSync(join(tmpdir(), 'screen-'));
const driver = join(folder, 'driver.mjs');
const COLUMNS = 60;
const LONG = `python 漢字 👍 ${'--long-option '.repeat(10)}\n\x1b[2J`;

beforeAll(() => {
  const entry = fileURLToPath(new URL('../support/screen-driver.ts', import.meta.url));
  buildSync({ entryPoints: [entry], outfile: driver, bundle: true, platform: 'node', format: 'esm' });
});
afterAll(() => rmSync(folder, { recursive: true }));

let tmux: Tmux;

async function start(status: string, scripts: readonly string[], after = ''): Promise<void> {
  tmux = new Tmux(COLUMNS, 15);
  await tmux.until((screen) => screen.at(-1) === '$');
  const script = join(folder, 'script');
  await writeFile(script, `exec ${commandLine([process.execPath, driver, status, ...scripts])}`);
  tmux.type(`clear; bash ${script}${after}`, 'Enter');
}

/** Shell: waits for the test to raise a flag, or to be over. */
const wait = (flag: string): string =>
  `until [ -e ${join(folder, flag)} ] || [ ! -e ${driver} ]; do sleep 0.01; done`;
const raise = (flag: string): Promise<void> => writeFile(join(folder, flag), '');

const isStatus = (line: string | undefined): boolean => line !== undefined && /^\[\d+\/\d+\] /.test(line);

test('a reader that goes away ends neither the worker nor its runs', () => {
  const ran = join(folder, 'ran');
  const worker = commandLine([process.execPath, driver, '', `seq 100000; seq 9 >&2; echo ran > ${ran}`]);
  const shell = spawnSync('bash', ['-c', `set -o pipefail; { ${worker} | head -n 1; } 2>&1 | head -n 1`]);
  expect(shell.stdout.toString()).toBe('1\n');
  expect(existsSync(ran)).toBe(true);
  expect(shell.status).toBe(0);
});

describe.skipIf(!hasTmux)('in a real terminal', () => {
  afterEach(() => tmux.close());

  test('busy output of both streams stays whole, line by line', async () => {
    const burst = 'for i in $(seq 300); do echo "out line $i"; echo "err line $i" >&2; done';
    await start(LONG, [burst, wait('busy'), burst]);
    const waiting = await tmux.until((screen) => (screen.at(-1) ?? '').startsWith('[1/3]'));
    // Control characters shown, wide ones counted, one column left free.
    expect(waiting.at(-1)).toMatch(/^\[1\/3\] python 漢字 👍 --long.*…$/);
    for (let i = 0; i < 20; i++) tmux.screen().slice(0, -1).forEach(expectWhole);
    await raise('busy');
    await tmux.until((screen) => screen.at(-1) === '$' && screen.at(-2) === 'the end');
    const lines = tmux.history().filter((line) => / line \d+$/.test(line));
    expect(lines.filter((line) => line.startsWith('out'))).toHaveLength(600);
    expect(lines.filter((line) => line.startsWith('err'))).toHaveLength(600);
    tmux.history().slice(-1000, -2).forEach(expectWhole);
  });

  test('a progress bar has its line to itself', async () => {
    const bar = `printf '\\r 10%%|#         |' >&2; ${wait('ten')}; printf '\\r100%%|##########|' >&2; ${wait('hundred')}; echo >&2`;
    await start('status', [bar, wait('after')]);
    await tmux.until((screen) => screen.at(-1) === ' 10%|#         |');
    expect(tmux.screen()).toHaveLength(1);
    await raise('ten');
    await tmux.until((screen) => screen.at(-1) === '100%|##########|');
    await raise('hundred');
    expect(await tmux.until((screen) => screen.at(-1) === '[1/2] status')).toEqual([
      '100%|##########|',
      '[1/2] status',
    ]);
    await raise('after');
    expect(await tmux.until((screen) => screen.at(-1) === '$')).toEqual(['100%|##########|', 'the end', '$']);
  });

  test('Ctrl-Z leaves a clean line to the shell, and fg brings the status back', async () => {
    await start('status', [`echo before; ${wait('suspended')}; echo after`]);
    await tmux.until((screen) => screen.join() === 'before,[0/1] status');
    tmux.type('', 'C-z');
    const stopped = await tmux.until((screen) => screen.at(-1) === '$');
    expect(stopped.some(isStatus)).toBe(false);
    tmux.type('fg', 'Enter');
    await tmux.until((screen) => isStatus(screen.at(-1)));
    await raise('suspended');
    const ended = await tmux.until((screen) => screen.at(-1) === '$' && screen.includes('the end'));
    expect(ended.slice(-3)).toEqual(['after', 'the end', '$']);
    expect(ended.some(isStatus)).toBe(false);
  });

  test('in the background nothing is drawn into the prompt', async () => {
    await start('status', [`echo started; ${wait('background')}`], ' &');
    // Output brings the status line along at once, so it would be there as well.
    await tmux.until((screen) => screen.some((line) => line.endsWith('started')));
    tmux.type('echo typed', 'Enter');
    const screen = await tmux.until((lines) => lines.at(-2) === 'typed');
    expect(screen.some(isStatus)).toBe(false);
    await raise('background');
    await tmux.until((lines) => lines.some((line) => line.endsWith('the end')));
  });

  test('a run that inherits the terminal has it alone', async () => {
    await start('status', [
      `echo a; ${wait('inherit')}`,
      '#inherit\nprintf "name? "; read name; echo "hello $name"',
    ]);
    await tmux.until((screen) => isStatus(screen.at(-1)));
    await raise('inherit');
    await tmux.until((screen) => screen.join() === 'a,name?');
    tmux.type('world', 'Enter');
    const ended = await tmux.until((screen) => screen.at(-1) === '$');
    expect(ended).toEqual(['a', 'name? world', 'hello world', 'the end', '$']);
  });

  test('a narrower window gets a shorter line', async () => {
    await start(LONG, [`echo a; ${wait('resize')}`]);
    await tmux.until((screen) => isStatus(screen.at(-1)));
    tmux.resize(30, 15);
    await tmux.until((screen) => /^\[0\/1\].{10,22}…$/.test(screen.at(-1) ?? ''));
    await raise('resize');
    await tmux.until((screen) => screen.at(-1) === '$');
  });
});

function expectWhole(line: string): void {
  expect(line).toMatch(/^((out|err) line \d+|the end|\$.*|)$/);
}
