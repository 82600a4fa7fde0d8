import { beforeEach, describe, expect, test } from 'vitest';
import type { Epoch } from '../../src/claim/sidecar.js';
import { BLOCK, loggedBytes, readLog, tailStart, type LogBook } from '../../src/survey/run-log.js';
import type { Run, WorkerFacts } from '../../src/survey/types.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

const epoch: Epoch = { number: 1, id: 'one', succeeds: [], folder: '/s/1', shards: 1 };
const LOG = '/s/1/logs/ada.log';
const run = (log: Run['log'], more: Partial<Run> = {}): Run => ({
  ...{ attempt: 1, worker: 'ada', startedAt: 0, slot: undefined, log, end: undefined },
  ...more,
});
const book = (standing: WorkerFacts['standing'] = 'alive'): LogBook => ({
  epoch,
  workers: [{ worker: 'ada', standing } as WorkerFacts],
  readOn: (of) => Promise.resolve(of),
});

let fs: MemoryFileSystem;
const put = (text: string): Promise<unknown> => fs.write(LOG, Buffer.from(text));

beforeEach(async () => {
  fs = memoryFileSystem();
  await fs.makeDirectory('/s/1/logs');
});

async function text(of: Run, from = 0, most = BLOCK, state = book()): Promise<[string, boolean] | undefined> {
  const piece = await readLog(fs, state, of, from, most);
  return piece && [piece.bytes.toString(), piece.isOver];
}

describe('a run’s log', () => {
  test('is read piece by piece, within its range', async () => {
    await put('beforeOUTPUTafter');
    const ended = run([6, 12]);
    expect(await text(ended, 0, 4)).toEqual(['OUTP', false]);
    expect(await text(ended, 4, 4)).toEqual(['UT', true]);
    expect(await text(ended, 6, 4)).toEqual(['', true]);
    expect(await text(run([6, 6]))).toEqual(['', true]);
  });

  test('goes on while it runs, and is over when nobody is left to write', async () => {
    await put('beforeOUT');
    expect(await text(run([6, undefined]))).toEqual(['OUT', false]);
    expect(await text(run([6, undefined]), 3)).toEqual(['', false]);
    expect(await text(run([6, undefined]), 0, BLOCK, book('suspect'))).toEqual(['OUT', false]);
    expect(await text(run([6, undefined]), 0, BLOCK, book('gone'))).toEqual(['OUT', true]);
    expect(await text(run([6, undefined]), 0, 2, book('gone'))).toEqual(['OU', false]);
    expect(await text(run([6, undefined], { worker: 'bob' }))).toBeUndefined();
  });

  test('is cut where its run is found to have ended after it was read', async () => {
    await put('beforeOUTnext one');
    const end = { is: 'succeeded', at: 0, took: 0 } as const;
    const state = { ...book(), readOn: (of: Run) => Promise.resolve({ ...of, log: [6, 9] as const, end }) };
    expect(await text(run([6, undefined]), 0, BLOCK, state)).toEqual(['OUT', true]);
    expect(await text(run([6, undefined]), 3, BLOCK, state)).toEqual(['', true]);
    expect(await loggedBytes(fs, state, run([6, undefined]))).toBe(3);
    expect(await tailStart(fs, state, run([6, undefined]), 1)).toBe(0);
  });

  test('that is shorter here than what was printed is not over', async () => {
    await put('beforeOUT');
    expect(await text(run([6, 12]))).toEqual(['OUT', false]);
    expect(await text(run([6, 12]), 3)).toEqual(['', false]);
  });

  test('is none without a range, an epoch or a file', async () => {
    expect(await text(run([0, 4]))).toBeUndefined();
    await put('x');
    expect(await text(run(undefined))).toBeUndefined();
    expect(await text(run([0, 1]), 0, 9, { ...book(), epoch: undefined })).toBeUndefined();
    expect(await loggedBytes(fs, book(), run(undefined))).toBeUndefined();
  });

  test('of one slot of several is another file', async () => {
    await fs.write('/s/1/logs/ada.3.log', Buffer.from('three'));
    expect(await text(run([0, 5], { slot: 3 }))).toEqual(['three', true]);
  });

  test('that may not be read is a failure that says so', async () => {
    await put('x');
    fs.faults.fail('readFrom', LOG, 'EACCES');
    await expect(text(run([0, 1]))).rejects.toMatchObject({
      detail: { reason: 'filesystem', code: 'EACCES', path: LOG },
    });
  });
});

describe('the last lines', () => {
  const tail = async (content: string, lines: number, log?: Run['log']): Promise<string> => {
    await put(content);
    const from = log?.[0] ?? 0;
    const start = await tailStart(fs, book(), run(log ?? [0, undefined]), lines);
    return content.slice(from + start, log?.[1]);
  };

  test.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\nc\n', 3, 'a\nb\nc\n'],
    ['a\nb\nc\n', 9, 'a\nb\nc\n'],
    ['a\n\n\n', 2, '\n\n'],
    ['\n', 1, '\n'],
    ['\na', 1, 'a'],
    ['a', 1, 'a'],
    ['', 1, ''],
    ['a\nb\n', 0, ''],
  ])('of %j, %i, are %j', async (content, lines, expected) => {
    expect(await tail(content, lines)).toBe(expected);
  });

  test('are those of its range', async () => {
    expect(await tail('x\nx\na\nb\ny\n', 1, [4, 8])).toBe('b\n');
    expect(await tail('x\nx\na\nb\ny\n', 5, [4, 8])).toBe('a\nb\n');
  });

  test('are found across blocks, wherever these end', async () => {
    for (const shift of [-2, -1, 0, 1, 2]) {
      const last = `\n${'y'.repeat(BLOCK + shift)}`;
      expect(await tail(`a\n${'x'.repeat(BLOCK)}${last}`, 1)).toBe(last.slice(1));
      expect(await tail(`a\n${'x'.repeat(BLOCK)}${last}\n`, 2)).toHaveLength(2 * BLOCK + shift + 2);
    }
  });

  test('of a long log cost no more than they are long', async () => {
    await put('line\n'.repeat(2_000_000));
    let reads = 0;
    fs.faults.before(({ operation }) => void (reads += Number(operation === 'readFrom')));
    const start = await tailStart(fs, book(), run([0, undefined]), 10);
    expect(start).toBe(10_000_000 - 50);
    expect(reads).toBe(1);
  });
});
