import { beforeEach, describe, expect, test } from 'vitest';
import { keepMeasured, measuredFor, measuredPath } from '../../src/doctor/measured.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

let fs: MemoryFileSystem;
beforeEach(async () => {
  fs = memoryFileSystem();
  await fs.makeDirectory('/work');
});

const says = (text: string) => fs.write(measuredPath('/work'), Buffer.from(text));

describe('what a doctor has kept', () => {
  test('is read back', async () => {
    const measured = { cells: 'folder', lockStaleMs: 44_000, lagMs: 20_000 } as const;
    expect(await keepMeasured(fs, '/work', measured, 2)).toBe('/work/.cooperate-doctor.json');
    expect(await measuredFor(fs, '/work')).toEqual({ measured });
    expect(await fs.list('/work')).toEqual(['.cooperate-doctor.json']);
  });

  test('is no file where the usual settings do, and an older one goes', async () => {
    await keepMeasured(fs, '/work', { lagMs: 20_000 }, 2);
    await keepMeasured(fs, '/work', {}, 2);
    expect(await fs.list('/work')).toEqual([]);
    expect(await measuredFor(fs, '/work')).toEqual({ measured: {} });
  });

  test.each([
    ['no JSON', '{"version":1,'],
    ['another version', '{"version":2,"hosts":1}'],
    ['less patience than usual', '{"version":1,"hosts":1,"lockStaleMs":1}'],
    ['patience without end', '{"version":1,"hosts":1,"lagMs":1e15}'],
    ['links where links may be refused', '{"version":1,"hosts":1,"cells":"link"}'],
    ['an unknown setting', '{"version":1,"hosts":1,"__proto__":{"cells":"folder"},"x":1}'],
    ['deep nesting', `{"version":1,"hosts":${'['.repeat(2000)}`],
    ['a long text', `{"version":1,"hosts":1,"cells":"${'x'.repeat(5000)}"}`],
    ['nothing', ''],
  ])('is left out, and said so, when it says %s', async (_what, text) => {
    await says(text);
    expect(await measuredFor(fs, '/work')).toEqual({ measured: {}, ignored: '/work/.cooperate-doctor.json' });
  });

  test('is left out when it cannot be read, or is a folder', async () => {
    await fs.makeDirectory(measuredPath('/work'));
    expect(await measuredFor(fs, '/work')).toMatchObject({
      measured: {},
      ignored: expect.any(String) as string,
    });
  });
});
