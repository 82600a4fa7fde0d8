import { expect, test } from 'vitest';
import { failureGroups } from '../../src/survey/causes.js';
import { selectionOf } from '../../src/survey/ranges.js';
import { memoryFileSystem } from '../support/fs-memory.js';
import { failedOf, snapshotOf } from '../support/snapshot.js';

const LOG = '/side/1/logs/ada-1-a.log';

async function logged(...outputs: string[]) {
  const fs = memoryFileSystem();
  await fs.makeDirectory('/side/1/logs');
  await fs.write(LOG, Buffer.from(outputs.join('')));
  const ends = outputs.map((_, i) => Buffer.byteLength(outputs.slice(0, i + 1).join('')));
  const states = outputs.map((output, i) => {
    const to = ends[i] as number;
    return failedOf({ code: 1, at: i }, { log: [to - Buffer.byteLength(output), to] });
  });
  return { fs, snapshot: snapshotOf(states), entries: outputs.map((_, i) => i) };
}

test('failures that differ in numbers alone are one kind, told by the last of them', async () => {
  const { fs, snapshot, entries } = await logged(
    'x\nout of memory: 3.2 GiB at 0x7fa1\n',
    'no such file\n\n',
    'out of memory: 14 GiB at 0xbeef\n  \n',
  );
  expect(await failureGroups(fs, snapshot, entries)).toEqual([
    {
      cause: { is: 'exit', code: 1 },
      lastLine: 'out of memory: 14 GiB at 0xbeef',
      read: true,
      entries: [0, 2],
    },
    { cause: { is: 'exit', code: 1 }, lastLine: 'no such file', read: true, entries: [1] },
  ]);
});

test('a run is not told by the output of its neighbour', async () => {
  const { fs, snapshot, entries } = await logged('mine\n', ' \n', 'theirs\n');
  const groups = await failureGroups(fs, snapshot, entries);
  expect(groups.map(({ lastLine }) => lastLine)).toEqual(['mine', undefined, 'theirs']);
});

test('only so many logs are read, those of the newest failures', async () => {
  const { fs, snapshot, entries } = await logged('old\n', 'older\n', 'new\n');
  const groups = await failureGroups(fs, snapshot, entries, 1);
  expect(groups).toEqual([
    { cause: { is: 'exit', code: 1 }, lastLine: undefined, read: false, entries: [0, 1] },
    { cause: { is: 'exit', code: 1 }, lastLine: 'new', read: true, entries: [2] },
  ]);
});

test('a log that is gone or cannot be read costs the line alone', async () => {
  const { fs, snapshot, entries } = await logged('a\n');
  await fs.unlink(LOG);
  expect(await failureGroups(fs, snapshot, entries)).toMatchObject([{ entries: [0], lastLine: undefined }]);
});

test('causes are told apart', async () => {
  const ends = [
    { code: 1 },
    { code: 2 },
    { signal: 'SIGKILL' },
    { timedOut: true, code: 0 },
    { unstartable: 'no such command' },
    {},
  ];
  const snapshot = snapshotOf(ends.map((end) => failedOf(end as object)));
  const groups = await failureGroups(memoryFileSystem(), snapshot, [0, 1, 2, 3, 4, 5]);
  expect(groups.map(({ cause }) => cause)).toEqual([
    { is: 'exit', code: 1 },
    { is: 'exit', code: 2 },
    { is: 'signal', signal: 'SIGKILL' },
    { is: 'timeout' },
    { is: 'unstartable', problem: 'no such command' },
    { is: 'unknown' },
  ]);
});

test.each([
  [[], ''],
  [[3], '3'],
  [[3, 7, 8, 9], '3,7-9'],
  [[0, 1], '0,1'],
  [[0, 1, 2, 5, 6, 10], '0-2,5,6,10'],
])('%j is %j as a selection', (entries, selection) => {
  expect(selectionOf(entries)).toBe(selection);
});
