import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { descendants, readProcess } from '../../src/ports/spawn-proc.js';
import { helpedSpawner } from '../../src/ports/spawn-helped.js';
import {
  realSpawner,
  type RunCommand,
  type RunEnd,
  type Running,
  type Spawner,
} from '../../src/ports/spawn.js';
import { isAlive, sh, SHORT } from '../support/real-run.js';

const folder = mkdtempSync(join(tmpdir(), 'spawn-helped-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

interface Collected {
  readonly end: RunEnd;
  readonly out: string;
  readonly err: string;
}

type Options = Partial<RunCommand>;

function start(spawner: Spawner, argv: readonly string[], options: Options = {}): Running {
  return spawner.start({ argv, env: process.env, inherit: false, onOutput: () => undefined, ...options });
}

async function run(spawner: Spawner, argv: readonly string[], options: Options = {}): Promise<Collected> {
  const text = { stdout: '', stderr: '' };
  const onOutput = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
    text[stream] += chunk.toString('latin1');
  };
  const end = await start(spawner, argv, { onOutput, ...options }).ended;
  return { end, out: text.stdout, err: text.stderr };
}

/** Until so many helpers wait; tells who they are. */
async function warm(spawner: Spawner, count = 1): Promise<number[]> {
  return vi.waitFor(
    async () => {
      const runs = Array.from({ length: count }, () => run(spawner, sh('echo $PPID')));
      const parents = (await Promise.all(runs)).map(({ out }) => Number(out));
      expect(parents).not.toContain(process.pid);
      return parents;
    },
    { timeout: 15_000 },
  );
}

const plain = realSpawner(SHORT);
const helped = helpedSpawner({ graces: SHORT, shortMs: 60_000 });
beforeAll(async () => {
  await warm(helped, 4);
});

/** By both, the second by a helper for certain. */
async function both(argv: readonly string[], options: Options = {}): Promise<[Collected, Collected]> {
  await warm(helped);
  return [await run(plain, argv, options), await run(helped, argv, options)];
}

describe('a run by a helper is like one without', () => {
  test.each([
    ['descriptors', ['ls', '/proc/self/fd']],
    ['signals that it ignores, blocks and catches', ['grep', '^Sig[BIC]', '/proc/self/status']],
    ['input', ['readlink', '/proc/self/fd/0']],
    [
      'environment, byte for byte and with strange names',
      ['sh', '-c', 'tr "\\0" "\\n" </proc/$$/environ | sort'],
    ],
    ['arguments, the first included', ['cat', '/proc/self/cmdline']],
    ['limits, mask, niceness and groups', ['sh', '-c', 'ulimit -a; umask; nice; id; cat /proc/self/cgroup']],
    ['directory', ['pwd', '-P']],
  ])('in its %s', async (_name, argv) => {
    const odd = {
      'BASH_FUNC_m%%': '() { :\n}',
      'a.b': '1',
      '': undefined,
      empty: '',
      IFS: 'x',
      PS4: "'",
      nl: 'a\nb',
    };
    const [first, second] = await both(argv, { env: { ...process.env, ...odd, ÄÖ: 'ü€😀' }, cwd: folder });
    expect(first.end).toEqual({ is: 'exited', code: 0 });
    // posix_spawn leaves 32 and 33 ignored, which are the C library's own: it sets them itself where it uses them.
    const out = second.out.replace('SigIgn:\t0000000180000000', `SigIgn:\t${'0'.repeat(16)}`);
    expect({ ...second, out }).toEqual(first);
  });

  test('in any arguments and variables', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((s) => !s.includes('\0'));
    const name = text.filter((s) => s !== '' && !s.includes('='));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 6 }), fc.dictionary(name, text), async (args, more) => {
        const env = { PATH: process.env['PATH'], ...more };
        const [first, second] = await both(['sh', '-c', 'cat /proc/$$/cmdline; env -0 | sort -z', ...args], {
          env,
        });
        expect(second).toEqual(first);
      }),
      { numRuns: 30, examples: [[['-n', "it's", 'a b', '$(id)', '\n', '=', 'E5'], {}]] },
    );
  }, 60_000);

  test.each([
    ['long arguments', ['wc', '-c', ...Array.from({ length: 18 }, () => 'x'.repeat(100_000))]],
    ['a script without #!', [file('no-hash-bang', 'echo "$0" "$@"; exit 5'), 'a', 'b c']],
    ['nothing that can be executed', [file('garbage', '\x01\x02\x00\x7fELF')]],
    ['a missing interpreter', [file('interpreter', '#!/no/such/thing\n')]],
    ['a file without permission', [file('forbidden', '#!/bin/sh\n', 0o644)]],
    ['a folder', [folder]],
    ['no such command', ['cooperate-no-such-command']],
    ['no such path', ['./nowhere']],
    ['nothing', []],
    ['a NUL byte', ['echo', 'a\0b']],
  ])('with %s', async (_name, argv) => {
    const [first, second] = await both(argv);
    const told = (end: RunEnd): unknown => (end.is === 'unstartable' ? [end.code, end.problem] : end);
    expect(told(second.end)).toEqual(told(first.end));
    expect([second.out, second.err.length > 0]).toEqual([first.out, first.err.length > 0]);
  });

  test.each([
    ['is gone', join(folder, 'gone')],
    ['is none', file('no-folder', '')],
  ])('in a directory that %s', async (_name, cwd) => {
    const [first, second] = await both(['true'], { cwd });
    expect(first.end.is).toBe('unstartable');
    expect(second).toEqual(first);
  });

  test('in a path that depends on its directory', async () => {
    file('here', '#!/bin/sh\necho here\n');
    const [first, second] = await both(['./here'], { cwd: folder });
    expect(first.out).toBe('here\n');
    expect(second).toEqual(first);
  });

  test('in a command that has moved since the last run', async () => {
    const [old, later] = [mkdtempSync(join(folder, 'old-')), mkdtempSync(join(folder, 'later-'))];
    const env = { PATH: `${old}:${later}:/usr/bin:/bin` };
    for (const [place, word] of [
      [old, 'old'],
      [later, 'later'],
    ] as const) {
      writeFileSync(join(place, 'moving'), `#!/bin/sh\necho ${word}\n`, { mode: 0o755 });
    }
    await warm(helped);
    expect((await run(helped, ['moving'], { env })).out).toBe('old\n');
    rmSync(join(old, 'moving'));
    expect((await run(helped, ['moving'], { env })).out).toBe('later\n');
  });

  test('in its exit code or signal, which 128 and above do not mix up', async () => {
    for (const code of [0, 1, 127, 128, 129, 137, 143, 255]) {
      await warm(helped);
      expect((await run(helped, sh(`exit ${code}`))).end).toEqual({ is: 'exited', code });
    }
    for (const signal of ['HUP', 'INT', 'ABRT', 'FPE', 'KILL', 'SEGV', 'PIPE', 'ALRM', 'TERM', 'IO', 'SYS']) {
      const [first, second] = await both(sh(`kill -${signal} $$`));
      expect(first.end).toMatchObject({ is: 'killed' });
      expect(second).toEqual(first);
    }
  });

  test('in what a helper knew of the run before: nothing of it comes through', async () => {
    await warm(helped);
    const env = { ...process.env, LEFT: 'over' };
    await run(helped, sh('cd /; umask 0; export LEFT=behind'), { env, cwd: '/tmp' });
    const again = await run(helped, sh('echo "${LEFT-none}"; umask; pwd'), {
      env: { PATH: '/usr/bin:/bin' },
      cwd: folder,
    });
    expect(again.out).toBe(
      `none\n0022\n${folder}\n`.replace('0022', (await run(plain, sh('umask'))).out.trim()),
    );
  });
});

describe('many at once', () => {
  test('have each its own output and end, and two helpers do for all', async () => {
    const spawner = helpedSpawner({ graces: SHORT });
    const helpers = new Set(await warm(spawner, 8));
    const slot = async (number: number): Promise<void> => {
      for (let i = 0; i < 25; i++) {
        const tag = `${number}.${i}`;
        const script = `echo ${tag}; echo e$TAG >&2; exit ${(number * 25 + i) % 256}`;
        const { end, out, err } = await run(spawner, sh(script), { env: { ...process.env, TAG: tag } });
        expect([end, out, err]).toEqual([
          { is: 'exited', code: (number * 25 + i) % 256 },
          `${tag}\n`,
          `e${tag}\n`,
        ]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, number) => slot(number)));
    for (const helper of await warm(spawner, 8)) helpers.add(helper);
    expect(helpers.size).toBeLessThanOrEqual(2);
  });

  test('do not wait for one whose output nobody takes', async () => {
    const spawner = helpedSpawner({ graces: SHORT });
    await warm(spawner, 4);
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let bytes = 0;
    const slow = Array.from({ length: 4 }, () =>
      start(spawner, ['head', '-c', '3M', '/dev/zero'], {
        onOutput: async (_stream, chunk) => {
          bytes += chunk.length;
          await gate;
        },
      }),
    );
    for (let i = 0; i < 20; i++) expect((await run(spawner, sh('echo x; exit 3'))).out).toBe('x\n');
    expect(bytes).toBeLessThan(4 << 20);
    open();
    for (const { ended } of slow) expect(await ended).toEqual({ is: 'exited', code: 0 });
    expect(bytes).toBe(12 << 20);
  });

  test('signals reach one of them and nobody else, however early they come', async () => {
    for (let i = 0; i < 15; i++) {
      await warm(helped, 2);
      const [kept, ended] = [start(helped, ['sleep', '1000']), start(helped, ['sleep', '1000'])];
      ended.signal('SIGTERM');
      expect(await ended.ended).toEqual({ is: 'killed', signal: 'SIGTERM' });
      await vi.waitFor(() => expect(isAlive(kept.pid!)).toBe(true));
      kept.signal('SIGKILL');
      expect(await kept.ended).toEqual({ is: 'killed', signal: 'SIGKILL' });
    }
  }, 60_000);

  test('a signal that comes before the run is started waits for it', async () => {
    const spawner = helpedSpawner({ graces: SHORT });
    const helpers = await warm(spawner, 4);
    for (const helper of helpers) process.kill(helper, 'SIGSTOP');
    const path = join(folder, 'ran');
    const running = start(spawner, sh(`sleep 1000; touch ${path}`));
    running.signal('SIGTERM');
    await new Promise(setImmediate);
    expect(running.pid).toBeUndefined();
    for (const helper of helpers) process.kill(helper, 'SIGCONT');
    expect(await running.ended).toEqual({ is: 'killed', signal: 'SIGTERM' });
    expect(existsSync(path)).toBe(false);
  });
});

/** A Python that does this first. */
function python(name: string, first: string): string {
  const patch = `import os\n${first}\nexec(os.environ["PROGRAM"])`;
  writeFileSync(join(folder, `${name}.py`), patch);
  return file(name, `#!/bin/sh\nexec /usr/bin/python3 -I -S '${join(folder, `${name}.py`)}'\n`);
}

describe('when a helper is killed', () => {
  test('its run is ended with all that belongs to it, and told as killed', async () => {
    await warm(helped);
    let out = '';
    const running = start(helped, sh('sleep 1000 & echo $!; wait'), {
      onOutput: (_stream, chunk) => void (out += chunk.toString()),
    });
    const helper = await vi.waitFor(() => {
      expect(out).toMatch(/\n/);
      return readProcess(String(running.pid))!.parent;
    });
    expect(helper).not.toBe(process.pid);
    process.kill(helper, 'SIGKILL');
    expect(await running.ended).toEqual({ is: 'killed', signal: 'SIGKILL' });
    expect([running.pid!, Number(out)].filter(isAlive)).toEqual([]);
    expect((await run(helped, sh('exit 3'))).end).toEqual({ is: 'exited', code: 3 });
  });

  test('before it could tell whom it started, that one is found and ended, and nobody else', async () => {
    const deadly = `real = os.posix_spawn
def once(*some, **more):
  real(*some, **more)
  os.kill(os.getpid(), 9)
os.posix_spawn = once`;
    const spawner = helpedSpawner({ graces: SHORT, pythons: [python('deadly', deadly)] });
    const other = start(plain, ['sleep', '1000'], { env: { ...process.env, ENTRY: 'other' } });
    const path = join(folder, 'stray');
    const env = { ...process.env, ENTRY: 'this one' };
    const killed = await vi.waitFor(
      async () => {
        await run(spawner, ['true']);
        const running = start(spawner, sh(`echo $$ >>${path}; sleep 1000 & wait`), { env });
        if (running.pid !== undefined) running.signal('SIGKILL');
        const byHelper = running.pid === undefined;
        const end = await running.ended;
        expect(byHelper).toBe(true);
        return end;
      },
      { timeout: 15_000 },
    );
    expect(killed).toEqual({ is: 'killed', signal: 'SIGKILL' });
    const pids = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
    expect(pids.filter(isAlive)).toEqual([]);
    expect(isAlive(other.pid!)).toBe(true);
    other.signal('SIGKILL');
    await other.ended;
  }, 30_000);

  test('while it is idle, runs go on once that is known, with another one', async () => {
    const spawner = helpedSpawner({ graces: SHORT });
    const [helper] = await warm(spawner);
    process.kill(helper!, 'SIGKILL');
    await vi.waitFor(async () => expect((await run(spawner, sh('echo x; exit 4'))).out).toBe('x\n'));
    expect(await warm(spawner)).not.toContain(helper);
  });

  test('and a run comes before that is known, it runs once or not at all', async () => {
    for (let i = 0; i < 10; i++) {
      const spawner = helpedSpawner({ graces: SHORT });
      const [helper] = await warm(spawner);
      const path = join(folder, `once-${i}`);
      process.kill(helper!, 'SIGKILL');
      const { end } = await run(spawner, sh(`echo ran >> ${path}; exit 6`));
      const ran = (await run(plain, ['cat', path])).out;
      if (end.is === 'exited') expect([end.code, ran]).toEqual([6, 'ran\n']);
      else expect([end, ran.length <= 4]).toEqual([{ is: 'killed', signal: 'SIGKILL' }, true]);
    }
  }, 60_000);

  test('by what ends a whole job, it stays: its worker decides', async () => {
    const spawner = helpedSpawner({ graces: SHORT });
    const helpers = new Set(await warm(spawner, 4));
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const)
      for (const helper of helpers) process.kill(helper, signal);
    for (let i = 0; i < 5; i++) expect(helpers).toContain((await warm(spawner))[0]);
  });
});

describe('without a usable helper', () => {
  /** A Python that does this instead. */
  const fake = (name: string, script: string): string => file(name, `#!/bin/sh\n${script}\n`);

  test.each([
    ['missing', '/no/such/python'],
    ['one that fails', fake('failing', 'exit 2')],
    ['one that never answers', fake('silent', 'exec cat <&3 >/dev/null')],
    ['one that talks nonsense', fake('nonsense', 'echo hello, here I am >&3; exec cat <&3 >/dev/null')],
    ['one that is too old', python('old', 'del os.posix_spawn')],
    [
      'one whose system cannot make sessions',
      python('no-session', 'def no(*_, **__): raise NotImplementedError\nos.posix_spawn = no'),
    ],
  ])('runs are started all the same: python %s', async (_name, path) => {
    const spawner = helpedSpawner({ graces: SHORT, pythons: [path] });
    for (let i = 0; i < 12; i++) {
      const runs = [3, 4].map((code) => run(spawner, sh(`echo ${code}; exit ${code}`)));
      const codes = (await Promise.all(runs)).map(({ end, out }) => [end, out]);
      expect(codes).toEqual([3, 4].map((code) => [{ is: 'exited', code }, `${code}\n`]));
    }
  });

  test('the next Python that there is may do', async () => {
    const pythons = ['/no/such/python', fake('second', 'exit 2'), '/usr/bin/python3'];
    await warm(helpedSpawner({ graces: SHORT, pythons }));
  });

  test('what a helper cannot start for want of processes is started in the ordinary way', async () => {
    const limit = `real, left = os.posix_spawn, 3
def some(*some, **more):
  global left
  left -= 1
  if left < 0: raise BlockingIOError(11, 'EAGAIN')
  return real(*some, **more)
os.posix_spawn = some`;
    const spawner = helpedSpawner({ graces: SHORT, pythons: [python('limited', limit)] });
    const used: number[] = [];
    await vi.waitFor(async () => {
      const { end, out } = await run(spawner, sh('echo $PPID; exit 9'));
      expect(end).toEqual({ is: 'exited', code: 9 });
      used.push(Number(out));
      expect(new Set(used).size).toBeGreaterThan(1);
    });
    for (let i = 0; i < 6; i++)
      expect((await run(spawner, sh('exit 9'))).end).toEqual({ is: 'exited', code: 9 });
  });
});

describe('the helpers of a worker', () => {
  const bundle = join(folder, 'worker.mjs');
  beforeAll(() => {
    const script = `
      import { helpedSpawner } from './src/ports/spawn-helped.js';
      const spawner = helpedSpawner();
      const start = (argv) => spawner.start({ argv, env: process.env, inherit: false, onOutput: (_, chunk) => process.stdout.write(chunk) });
      for (let i = 0; i < 40; i++) await start(['true']).ended;
      if (process.argv[2] === 'run') start(['sh', '-c', 'trap "" PIPE; echo $$ $PPID; sleep 0.2; until [ -e "$0" ] || [ ! -d "\${0%/*}" ]; do sleep 0.01; done; : >"$0.done"', process.argv[3]]);
      else console.log('idle');`;
    const stdin = { contents: script, resolveDir: process.cwd() };
    buildSync({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: bundle });
  });

  let worker: ChildProcess;
  afterEach(() => void worker.kill('SIGKILL'));

  test('do not keep it alive, and leave with it', async () => {
    worker = spawn(process.execPath, [bundle, 'idle'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    const helpers = new Set<number>();
    const watch = setInterval(() => {
      for (const pid of descendants(worker.pid!)) helpers.add(pid);
    }, 20);
    expect(await exited).toBe(0);
    clearInterval(watch);
    expect(helpers.size).toBeGreaterThan(0);
    await vi.waitFor(() => expect([...helpers].filter(isAlive)).toEqual([]));
  });

  test('leave when it is killed, and the run goes on', async () => {
    const gate = join(folder, 'gate');
    worker = spawn(process.execPath, [bundle, 'run', gate], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    worker.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const [pid, helper] = await vi.waitFor(
      () => {
        expect(out).toMatch(/\n/);
        return out.split(/\s/).map(Number);
      },
      { timeout: 10_000 },
    );
    expect(helper).not.toBe(worker.pid);
    worker.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(helper!)).toBe(false), { timeout: 10_000 });
    expect(isAlive(pid!)).toBe(true);
    writeFileSync(gate, '');
    await vi.waitFor(() => expect(readFileSync(`${gate}.done`, 'utf8')).toBe(''));
  });
});

test('asked for ahead, a helper is there for the first run, and is only one', async () => {
  const spawner = helpedSpawner({ graces: SHORT, shortMs: 0 });
  const before = new Set(descendants(process.pid));
  const made = (): number[] => descendants(process.pid).filter((pid) => !before.has(pid));
  spawner.prepare?.(process.env);
  spawner.prepare?.(process.env);
  const [helper, ...more] = await vi.waitFor(() => {
    expect(made().length).toBeGreaterThan(0);
    return made();
  });
  expect(more).toEqual([]);
  expect(await warm(spawner)).toEqual([helper]);
});

test('no helper is started for long runs', async () => {
  const spawner = helpedSpawner({ graces: SHORT, shortMs: 0 });
  const before = descendants(process.pid);
  for (let i = 0; i < 5; i++) {
    expect((await run(spawner, sh('echo $PPID'))).out).toBe(`${process.pid}\n`);
    await vi.waitFor(() => expect(descendants(process.pid)).toEqual(before));
  }
});
