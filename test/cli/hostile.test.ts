import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { describe, expect } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import { expectNoTrace, expectReadable, type Folder, leavesItsName } from '../support/cli.js';

/** Megabytes: what the program takes by itself, and some. */
const BOUND = 420;

interface Measured {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that it had, in megabytes. */
  readonly peak: number;
}

/** Runs it to its end and looks at how much memory that took. */
async function measured(folder: Folder, ...args: string[]): Promise<Measured> {
  const look = `process.once('exit', () => require('fs').writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS / 1024)))`;
  folder.write('peak.cjs', look);
  const env = { NODE_OPTIONS: `--require ${folder.in('peak.cjs')}`, PEAK: folder.in('peak') };
  const program = folder.start(args, { env });
  const ended = await program.ended;
  return { ...ended, peak: Number(folder.read('peak')) };
}

/** Of so many bytes, nearly all of them a hole. */
function sparse(path: string, megabytes: number, text = ''): void {
  const fd = openSync(path, 'w');
  writeSync(fd, text);
  ftruncateSync(fd, megabytes * 2 ** 20);
  closeSync(fd);
}

const pipe = (path: string): void => void spawnSync('mkfifo', [path]);
const repeated = (text: string, megabytes: number): string => text.repeat((megabytes * 2 ** 20) / text.length);

describe.concurrent('a hostile schedule costs an error, and little', () => {
  test.for<[string, (path: string, folder: Folder) => void, number, RegExp]>([
    ['of two gigabytes', (path) => sparse(path, 2048), 3, /too large \(EFBIG\)/],
    ['full of zeros', (path) => sparse(path, 100), 2, /:1:1: /],
    ['that is a pipe', (path) => pipe(path), 3, /a pipe, a device or a socket \(EFTYPE\)/],
    [
      'that is a device',
      (path) => symlinkSync('/dev/zero', path),
      3,
      /a pipe, a device or a socket \(EFTYPE\)/,
    ],
    ['nested deeply', (path, f) => f.write('exp.json', repeated('[', 20)), 2, /exp\.json:1:\d+: /],
    [
      'of objects',
      (path, f) => f.write('exp.json', `[{"__proto__":[${repeated('{"a":1},', 20)}1]}]`),
      2,
      /:1:\d+: /,
    ],
    ['of one huge string', (path, f) => f.write('exp.json', `[["${repeated('a', 50)}`), 2, /exp\.json:1:\d+: /],
    [
      'with bytes that are no text',
      (path, f) => f.write('exp.json', Buffer.from('[["a\xff\xfe"]]', 'latin1')),
      2,
      /:1:\d+: /,
    ],
    ['with a zero in a word', (path, f) => f.write('exp.json', '[["a\\u0000b"]]'), 2, /exp\.json:1:\d+: /],
  ])('%s', async ([, make, expected, said], { folder }) => {
    make(folder.in('exp.json'), folder);
    const { code, stderr, peak } = await measured(folder, 'run', 'exp.json');
    expectReadable(stderr);
    expect([code, stderr.slice(0, 600)]).toEqual([expected, expect.stringMatching(said)]);
    expect(existsSync(folder.in('exp.json.cooperate'))).toBe(false);
    expect(peak).toBeLessThan(BOUND);
  });

  test('words that JavaScript knows are commands like any other', async ({ folder }) => {
    folder.write('exp.json', '[["__proto__"],["constructor","toString"],["true","__proto__"]]');
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--max-failures', '9');
    expectNoTrace(stderr);
    expect([code, folder.marks()]).toEqual([1, 'xxx']);
  });
});

const line = (record: object): string => `${JSON.stringify({ n: 0, ...record })}\n`;
const slot = '0123456789abcdef0123.0.0';
const at = '2025-01-01T00:00:00.000Z';

describe.concurrent('a hostile sidecar', () => {
  async function begun(folder: Folder): Promise<(name: string) => string> {
    folder.schedule([leavesItsName('a'), leavesItsName('b')]);
    await folder.cooperate('one', 'exp.json', '--entry', '0');
    return (name) => folder.in(`exp.json.cooperate/1/${name}`);
  }

  test.for<[string, (path: string) => void, number]>([
    ['half a gigabyte of nothing', (path) => sparse(path, 512), 1],
    ['a line of a hundred megabytes', (path) => sparse(path, 100, '{"n":0,'), 1],
    ['a pipe', pipe, 1],
    ['a device', (path) => symlinkSync('/dev/zero', path), 1],
    ['a folder', (path) => mkdirSync(path), 1],
  ])('a journal that is %s is no reason to wait or to swell', async ([, make, unreadable], { folder }) => {
    const inside = await begun(folder);
    make(inside('journals/evil.jsonl'));
    for (const args of [
      ['status', 'exp.json', '--json'],
      ['run', 'exp.json'],
    ]) {
      const { code, stderr, stdout, peak } = await measured(folder, ...args);
      expectNoTrace(stderr);
      expect(peak).toBeLessThan(BOUND);
      expect(code).toBe(0);
      if (stdout !== '')
        expect(JSON.parse(stdout)).toMatchObject({
          unreadableJournalLines: unreadable,
          totals: { succeeded: 1 },
        });
    }
    expect(folder.lines('ran')).toEqual(['a', 'b']);
  });

  test('records of nonsense are passed over, and told of once', async ({ folder }) => {
    const inside = await begun(folder);
    const nonsense = [
      { t: 'end', claim: slot, entry: -1, at, took: 1, code: 0 },
      { t: 'end', claim: slot, entry: 1e300, at, took: -1, code: 0, log: [-5, 1e99] },
      { t: 'start', claim: '../../../../etc/passwd', entry: 0, at, log: '/etc/passwd' },
      { t: 'claim', claims: ['constructor', '__proto__'], revision: -1 },
      { t: 'constructor' },
      { t: 'worker', version: 1, at, identity: { worker: '../../x', hostname: 'h', user: 'u', pid: 1 } },
    ];
    const lines = nonsense.map((record, n) => line({ ...record, n }));
    lines.push(`{"n":9,"__proto__":{"polluted":1},"t":"__proto__"}\n`, `{"n":10,"t":${'['.repeat(200_000)}\n`);
    folder.write('exp.json.cooperate/1/journals/evil.jsonl', lines.join(''));
    const { stdout } = await folder.cooperate('status', 'exp.json', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      totals: { succeeded: 1, pending: 1 },
      unreadableJournalLines: 8,
    });
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expectNoTrace(stderr);
    expect([code, folder.lines('ran')]).toEqual([0, ['a', 'b']]);
    expect(existsSync(inside('journals/evil.jsonl'))).toBe(true);
  });

  test.for<[string, string, (path: string, folder: Folder) => void]>([
    ['a heartbeat', 'heartbeats/evil', pipe],
    ['a heartbeat', 'heartbeats/evil', (path) => symlinkSync('/dev/zero', path)],
    ['a heartbeat', 'heartbeats/evil', (path) => sparse(path, 1024)],
    ['a request to stop', '../stop/evil', pipe],
  ])('%s that is none costs no time', async ([, name, make], { folder }) => {
    const inside = await begun(folder);
    mkdirSync(inside('../stop'));
    make(inside(name), folder);
    const { code, stderr, peak } = await measured(folder, 'run', 'exp.json');
    expectNoTrace(stderr);
    expect([code, folder.lines('ran')]).toEqual([0, ['a', 'b']]);
    expect(peak).toBeLessThan(BOUND);
  });

  test.for([
    '{"format":1,"id":"x","shards":-1,"succeeds":[]}',
    '{"format":1,"id":"../..","shards":1,"succeeds":5}',
    '{"__proto__":{"shards":1}}',
    'null',
  ])('an epoch that is %s is said to be damaged', async (format, { folder }) => {
    await begun(folder);
    folder.write('exp.json.cooperate/1/format.json', format);
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expectReadable(stderr);
    expect([code, stderr, folder.lines('ran')]).toEqual([3, expect.stringContaining('something else'), ['a']]);
  });

  test('an owner whose name leads elsewhere is nobody', async ({ folder }) => {
    const inside = await begun(folder);
    // A claim whose owner file names a journal outside: that of another schedule, in which it has ended well.
    const [claim = ''] = folder.names('exp.json.cooperate/1/cells').filter((name) => name.endsWith('.0'));
    const owner = { worker: '../../../outside', hostname: 'h', user: 'u', pid: 1 };
    const end = { t: 'end', claim, entry: 0, at, took: 1, code: 0 };
    folder.write('outside.jsonl', line(end));
    for (const name of folder.names('exp.json.cooperate/1/journals')) rmSync(inside(`journals/${name}`));
    for (const name of [claim, `${claim}.start`]) {
      rmSync(inside(`cells/${name}`));
      folder.write(`exp.json.cooperate/1/cells/${name}`, JSON.stringify(owner));
    }
    const { stdout } = await folder.cooperate('status', 'exp.json', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ totals: { succeeded: 0 } });
  });
});
