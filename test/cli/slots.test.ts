import { closeSync, openSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, leavesItsName, PROGRAM, sh, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${i}`);
const LONG = process.env['COOPERATE_LONG'] !== undefined;

describe('run -j', () => {
  test('8 runs each of many short entries once', async () => {
    folder.schedule(names(400).map((name) => leavesItsName(name)));
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '-j', '8');
    expect(code).toBe(0);
    expect(folder.lines('ran').sort()).toEqual(names(400).sort());
    expect(folder.marks()).toBe('x'.repeat(400));
    expect(stderr).toMatch(/\nAll experiments completed\.\n$/);
    expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate', 'ran']);
    expect(folder.names('exp.json.cooperate/1/logs')).toHaveLength(8);
  });

  test('4 runs four at once, and never five', async () => {
    // Each waits until four are there; were there fewer at once, it would not end.
    const entry = (name: string): string[] =>
      sh(
        `mkdir -p at; : > at/$0; n=$(ls at | wc -l); echo "$n" >> seen; ${until('$COOPERATE_TEST_FOLDER/go')}; rm at/$0; echo $0 >> ran`,
        name,
      );
    folder.schedule(names(12).map(entry));
    const program = folder.start(['run', 'exp.json', '-j', '4']);
    await folder.hasLines('seen', 4);
    folder.write('go', '');
    expect((await program.ended).code).toBe(0);
    expect(folder.lines('ran')).toHaveLength(12);
    expect(Math.max(...folder.lines('seen').map(Number))).toBe(4);
  });

  test('shows whole lines with the entry they are of, whatever is printed at the same time', async () => {
    const line = '-'.repeat(300);
    const script = `i=0; while [ $i -lt 200 ]; do printf '%s begin ' $0; printf '%s end %s\\n' '${line}' $0; i=$((i+1)); done`;
    folder.schedule(names(16).map((name) => sh(script, name)));
    const { stdout, stderr } = await folder.cooperate('run', 'exp.json', '-j', '8');
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines).toHaveLength(16 * 200);
    for (const one of lines) expect(one).toMatch(/^\[(\d+)\] e\1 begin -{300} end e\1$/);
    expect(stderr.match(/^\[(\d+)\] Running: sh -c .* e\1$/gm)).toHaveLength(16);
  });

  test('shows errors the same way, the last state of a progress bar, and an end that lacks a line end', async () => {
    folder.schedule([
      sh('printf "10%%\\r20%%\\r30%%\\n"; printf "no end"'),
      sh('echo wrong >&2; printf "still wrong" >&2'),
    ]);
    const { stdout, stderr } = await folder.cooperate('run', 'exp.json', '-j', '2');
    expect(stdout).toBe('[0] 30%\n[0] no end\n');
    expect(stderr).toContain('\n[1] wrong\n[1] still wrong\n');
  });

  test('keeps in its logs what was printed, byte for byte and apart', async () => {
    folder.schedule(names(4).map((name) => sh('printf "$0 a\\r$0 b\\n$0 no end"', name)));
    await folder.cooperate('run', 'exp.json', '-j', '4');
    const logs = folder
      .names('exp.json.cooperate/1/logs')
      .map((name) => folder.read(`exp.json.cooperate/1/logs/${name}`));
    expect(logs.join('')).toHaveLength(4 * 'e0 a\re0 b\ne0 no end'.length);
    for (const log of logs) expect(log).toMatch(/^(?:(e\d) a\r\1 b\n\1 no end)*$/);
  });

  test('stops after a failure, lets the others end, and the rest is pending', async () => {
    folder.schedule([
      sh(`${until('$COOPERATE_TEST_FOLDER/go')}; echo long >> ran`),
      sh('exit 3'),
      ...names(50).map((name) => leavesItsName(name, until('$COOPERATE_TEST_FOLDER/go'))),
    ]);
    const program = folder.start(['run', 'exp.json', '-j', '3']);
    await program.says('entry 1 failed with exit code 3');
    folder.write('go', '');
    const { code } = await program.ended;
    expect(code).toBe(1);
    expect(folder.lines('ran')).toContain('long');
    expect(folder.marks()).toMatch(/^xx.+\.{40}$/);
    expect((await folder.cooperate('run', 'exp.json', '-j', '3')).code).toBe(0);
    expect(new Set(folder.lines('ran')).size).toBe(51);
    expect(folder.lines('ran')).toHaveLength(51);
  });

  test('writes a failure file for each of those that fail at the same moment', async () => {
    folder.schedule(names(40).map((name) => sh('echo "from $0"; exit 1', name)));
    const { code } = await folder.cooperate('run', 'exp.json', '-j', '8', '-k');
    expect(code).toBe(1);
    const files = folder.names().filter((name) => /^cooperate_\d+$/.test(name));
    expect(files).toHaveLength(40);
    const owners = files.map((name) => /from (e\d+)/.exec(folder.read(name))?.[1]);
    expect(new Set(owners).size).toBe(40);
  });

  test('shares with another worker that has slots, and with one that has none', async () => {
    folder.schedule(names(300).map((name) => leavesItsName(name, 'sleep 0.01')));
    const ended = await Promise.all([
      folder.cooperate('run', 'exp.json', '-j', '4'),
      folder.cooperate('run', 'exp.json', '-j', '4'),
      folder.cooperate('run', 'exp.json'),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(folder.lines('ran').sort()).toEqual(names(300).sort());
  });
});

/** Runs the program with its output nowhere, and returns its exit code and the most memory it had, in MiB. */
async function peakOf(args: readonly string[], nap: number): Promise<{ code: number | null; peaks: number[] }> {
  const nowhere = openSync('/dev/null', 'w');
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder.path,
    env: folder.env,
    stdio: ['ignore', nowhere, nowhere],
  });
  closeSync(nowhere);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const peaks: number[] = [];
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peaks.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      return;
    }
  }, nap);
  const [code] = await exited;
  clearInterval(timer);
  return { code, peaks };
}

describe.runIf(LONG)('for long', () => {
  test(
    'gigabytes from four slots, with and without line ends, take no memory',
    { timeout: 600_000 },
    async () => {
      folder.schedule([
        sh('head -c 500000000 /dev/zero | tr "\\0" x'),
        sh('yes "a line of output" | head -c 500000000'),
        sh('yes "" | head -c 20000000'),
        sh('yes "50%" | tr "\\n" "\\r" | head -c 200000000'),
      ]);
      const { code, peaks } = await peakOf(['run', 'exp.json', '-j', '4'], 50);
      expect(code).toBe(0);
      console.log(`peak ${Math.max(...peaks).toFixed(0)} MiB`);
      expect(Math.max(...peaks)).toBeLessThan(400);
    },
  );

  test(
    '100,000 entries take no more memory in the end than soon after the start',
    { timeout: 1_200_000 },
    async () => {
      folder.schedule(Array.from({ length: 100_000 }, (_, i) => ['true', String(i)]));
      const { code, peaks } = await peakOf(['run', 'exp.json', '-j', '8'], 1000);
      expect(code).toBe(0);
      const fifth = Math.floor(peaks.length / 5);
      const early = Math.max(...peaks.slice(0, fifth));
      const late = Math.max(...peaks.slice(-fifth));
      console.log(`${peaks.length} s: at most ${early.toFixed(0)} MiB early, ${late.toFixed(0)} MiB late`);
      expect(late).toBeLessThan(1.3 * early + 20);
    },
  );
});
