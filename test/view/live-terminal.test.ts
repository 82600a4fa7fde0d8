import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noDevtools } from '../../scripts/no-devtools.js';
import { hasTmux, Tmux } from '../support/tmux.js';

const folder = mkdtempSync(join(tmpdir(), 'live-'));
const driver = join(folder, 'driver.mjs');

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../support/live-driver.ts', import.meta.url))],
    ...{ outfile: driver, bundle: true, platform: 'node', format: 'esm', plugins: [noDevtools] },
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module';\nconst require = createRequire_(import.meta.url);",
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasTmux)('in a real terminal', () => {
  let tmux: Tmux;
  beforeEach(async () => {
    tmux = new Tmux(80, 16);
    await tmux.until((screen) => screen.at(-1) === '$');
  });
  afterEach(() => tmux.close());

  async function started(count: number, env = ''): Promise<void> {
    tmux.type(
      `clear; echo before; ${env} ${process.execPath} ${driver} ${count}; stty -a | grep -o ' icanon'`,
      'Enter',
    );
    await tmux.until((screen) => / ended$/.test(screen[0] ?? ''));
  }

  test('an error that nobody thought of is seen on the screen that was there before', async () => {
    await started(3);
    tmux.type('', 'Enter');
    const screen = await tmux.until((lines) => lines.at(-1) === '$' && lines.includes(' icanon'));
    expect(screen.join('\n')).toContain('nobody thought of this');
    expect(tmux.mode()).toEqual({ hasCursor: true, isOther: false });
  });

  test('keys are answered at once also where there are a million entries, and while one of them is looked for', async () => {
    await started(1_000_000);
    tmux.type('/999', 'Enter');
    tmux.type('G');
    // Long before all of them were looked at.
    await tmux.until((screen) => screen.some((line) => line.startsWith('> 999999')));
    await tmux.until((screen) => screen.some((line) => line.startsWith('/999  3,700 of 1,000,000')));
    expect(tmux.screen().some((line) => line.startsWith('> 999999'))).toBe(true);
    tmux.type('g');
    await tmux.until((screen) => screen.some((line) => /^> +999 /.test(line)));
    tmux.type('q');
    await tmux.until((screen) => screen[1] === 'the end');
  });

  test.each(['CI=1', 'DEV=true', 'INK_SCREEN_READER=true', 'FORCE_COLOR=0'])(
    '%s changes nothing',
    async (env) => {
      await started(3, env);
      tmux.type('j');
      await tmux.until((screen) => screen.some((line) => /^> +1 pending/.test(line)));
      tmux.type('q');
      const screen = await tmux.until((lines) => lines.at(-1) === '$');
      expect(screen.slice(-3)).toEqual(['the end', ' icanon', '$']);
    },
  );
});
