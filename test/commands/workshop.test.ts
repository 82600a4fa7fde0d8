import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { append } from '../../src/claim/append.js';
import { create, replace } from '../../src/claim/replace.js';
import { realPorts } from '../../src/cli/ports.js';
import { openDesk, type Ports } from '../../src/commands/workshop.js';
import type { Notice } from '../../src/notice.js';

let folder: string;
let notices: Notice[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cooperate-desk-')));
  notices = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

function ports(change: Partial<Ports> = {}): Ports {
  const tell = (notice: Notice): void => void notices.push(notice);
  return { ...realPorts(join(folder, 'exp.json'), 'never'), tell, onStop: () => undefined, ...change };
}

const at = (...names: string[]): string => join(folder, ...names);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const adds =
  (...lines: string[]) =>
  () =>
    lines;

describe('a desk on real files', () => {
  test('appends to a schedule, and leaves its journal alone', async () => {
    writeFileSync(at('exp.json'), '[["a"], ["b"]]\n');
    const { desk, stop, close } = await openDesk(ports(), at('exp.json'));
    expect(await append(desk, adds('["c"]', '["d"]'), stop.draining)).toBe(2);
    await close();
    expect(text('exp.json')).toBe('[["a"], ["b"], ["c"], ["d"]]\n');
    expect(readdirSync(folder).sort()).toEqual(['exp.json', 'exp.json.cooperate']);
    expect(readdirSync(at('exp.json.cooperate', 'lock'))).toEqual([]);
    expect(readdirSync(at('exp.json.cooperate', '1', 'heartbeats'))).toEqual([]);
    expect(readdirSync(at('exp.json.cooperate', '1', 'journals'))).toEqual([
      expect.stringMatching(/-[0-9a-f]{6}-desk\.jsonl$/),
    ]);
    expect(notices).toEqual([]);
  });

  test('creates a schedule that does not exist yet, and nothing else', async () => {
    const { desk, stop, close } = await openDesk(ports(), at('exp.json'));
    expect(await create(desk, ['["a"]'], stop.draining)).toEqual({ is: 'created', entries: 1 });
    await close();
    expect(text('exp.json')).toBe('[\n  ["a"]\n]\n');
    expect(readdirSync(folder)).toEqual(['exp.json']);
  });

  test('replaces a schedule in a new epoch', async () => {
    writeFileSync(at('exp.json'), '[["a"]]', { mode: 0o640 });
    const { desk, stop, close } = await openDesk(ports(), at('exp.json'));
    const made = await replace(desk, ['["b"]'], stop.draining);
    await close();
    expect(made).toEqual({ is: 'replaced', entries: 1, backup: at('exp.json.bak') });
    expect([text('exp.json'), text('exp.json.bak')]).toEqual(['[\n  ["b"]\n]\n', '[["a"]]']);
    expect(readdirSync(folder).sort()).toEqual(['exp.json', 'exp.json.bak', 'exp.json.cooperate']);
    expect(readdirSync(at('exp.json.cooperate', '2', 'heartbeats'))).toEqual([]);
    expect(notices).toEqual([]);
  });

  test('goes by the real name, also of a schedule that does not exist yet', async () => {
    mkdirSync(at('data'));
    symlinkSync(at('data'), at('link'));
    const first = await openDesk(ports(), at('link', 'exp.json'));
    expect(first.file.path).toBe(at('data', 'exp.json'));
    expect(await append(first.desk, adds('["a"]'), first.stop.draining)).toBe(1);
    await first.close();
    symlinkSync(at('data', 'exp.json'), at('alias.json'));
    const second = await openDesk(ports(), at('alias.json'));
    expect(second.file.path).toBe(at('data', 'exp.json'));
    await second.close();
  });

  test('finds a name without a folder in the current one', async () => {
    const { file } = await openDesk(ports(), 'no-such-schedule.json');
    expect(file.path).toBe(join(process.cwd(), 'no-such-schedule.json'));
  });

  test('says what is wrong where there is no folder', async () => {
    const { desk, stop, close } = await openDesk(ports(), at('none', 'exp.json'));
    await expect(create(desk, ['["a"]'], stop.draining)).rejects.toMatchObject({
      detail: { reason: 'filesystem', code: 'ENOENT', path: at('none', 'exp.json') },
    });
    await close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('hands out its switch, whose first signal ends everything that has not begun', async () => {
    writeFileSync(at('exp.json'), '[["a"]]');
    let handed: unknown;
    const { desk, stop, close } = await openDesk(
      ports({ onStop: (given) => (handed = given) }),
      at('exp.json'),
    );
    expect(handed).toBe(stop);
    stop.request('SIGINT');
    expect(await append(desk, adds('["b"]'), stop.draining)).toBeUndefined();
    expect(await replace(desk, ['["b"]'], stop.draining)).toBeUndefined();
    await close();
    expect(text('exp.json')).toBe('[["a"]]');
    expect(readdirSync(folder)).toEqual(['exp.json']);
  });

  test('tells when it could not leave as it should: what was appended is appended', async () => {
    writeFileSync(at('exp.json'), '[["a"]]');
    const { desk, stop, close } = await openDesk(ports(), at('exp.json'));
    await append(desk, adds('["b"]'), stop.draining);
    const journals = at('exp.json.cooperate', '1', 'journals');
    rmSync(journals, { recursive: true });
    writeFileSync(journals, 'no folder');
    await close();
    expect(text('exp.json')).toBe('[["a"], ["b"]]');
    expect(notices).toMatchObject([{ tell: 'left-early', entries: [] }]);
  });
});
