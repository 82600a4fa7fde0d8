import { beforeEach, describe, expect, test } from 'vitest';
import { keepDesign, keptDesigns, recordIn, type DesignRecord } from '../../src/journal/designs.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

const SIDE = '/work/exp.json.cooperate';
let fs: MemoryFileSystem;
beforeEach(() => (fs = memoryFileSystem()));

const record = (entries: number, how: DesignRecord['how'] = 'appended'): DesignRecord => ({
  ...{ version: 1, program: '0.1.0', at: '2026-01-01T00:00:00.000Z', how, entries },
  spec: { command: 'c', seed: entries },
});
const kept = async (): Promise<number[]> => (await keptDesigns(fs, SIDE)).map(({ entries }) => entries);

describe('the records of how a schedule was made', () => {
  test('are none where there is no sidecar', async () => {
    expect(await kept()).toEqual([]);
  });

  test('come back as they were kept, oldest first, with their paths', async () => {
    // More than ten: numbers, not words, say which is older.
    for (let entries = 1; entries <= 12; entries++) await keepDesign(fs, SIDE, record(entries));
    expect(await kept()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const [first] = await keptDesigns(fs, SIDE);
    expect(first).toEqual({
      ...record(1),
      path: expect.stringMatching(/^\/work\/exp\.json\.cooperate\/doe\/1\./),
    });
    expect(recordIn((await fs.read(first?.path as string)).bytes)).toEqual(record(1));
  });

  test('begin with the one that made the schedule last', async () => {
    for (const how of ['created', 'appended', 'replaced', 'appended'] as const)
      await keepDesign(fs, SIDE, record((await fs.list(`${SIDE}/doe`).catch(() => [])).length, how));
    expect(await kept()).toEqual([2, 3]);
  });

  test('of two who keep theirs at once are both there', async () => {
    await Promise.all([1, 2, 3].map((entries) => keepDesign(fs, SIDE, record(entries))));
    expect((await kept()).toSorted()).toEqual([1, 2, 3]);
  });

  test('that are damaged, of another version, or half written are as if they were not', async () => {
    await keepDesign(fs, SIDE, record(1, 'created'));
    const write = (name: string, text: string) => fs.write(`${SIDE}/doe/${name}`, Buffer.from(text));
    await write('2.half.json', '{"version": 1, "program"');
    await write('3.null.json', 'null');
    await write('4.newer.json', JSON.stringify({ ...record(4), version: 2 }));
    await write('5.list.json', '[1]');
    await write('new.6.half.json', JSON.stringify(record(6)));
    await write('notes.txt', 'mine');
    await keepDesign(fs, SIDE, record(7));
    expect(await kept()).toEqual([1, 7]);
  });

  test('leave nothing half written in their place when the disk is full', async () => {
    await keepDesign(fs, SIDE, record(1, 'created'));
    for (const operation of ['write', 'rename'] as const) {
      const mend = fs.faults.fail(operation, '/doe/', 'ENOSPC');
      await expect(keepDesign(fs, SIDE, record(2))).rejects.toThrow('ENOSPC');
      mend();
    }
    expect(await kept()).toEqual([1]);
  });
});
