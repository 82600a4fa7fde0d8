import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectReadable, Folder, leavesItsName, until } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

test('progress is one line: how many of how many, and a bar', async () => {
  folder.schedule([['executed', 'a'], ['b'], ['executed', 'c']]);
  const { code, stdout, stderr } = await folder.cooperate('--progress', 'exp.json');
  expect(code).toBe(0);
  expect(stdout).toBe('Executed (not necessarily completed): 2/3 [####################..........] 66%\n');
  expect(stderr).toBe('');
  expect(folder.names()).toEqual(['exp.json']);
});

test('progress never says 100% before everything is', async () => {
  folder.schedule([...Array.from({ length: 1999 }, () => ['executed', 'a']), ['b']]);
  expect((await folder.cooperate('progress', 'exp.json')).stdout).toMatch(/1999\/2000 \[#{29}\.\] 99%/);
});

test('progress --json is one value', async () => {
  folder.schedule([['executed', 'a'], ['b']]);
  const { stdout } = await folder.cooperate('--progress', 'exp.json', '--json');
  expect(valueBy('progress', stdout)).toMatchObject({
    ...{ version: 1, schedule: 'exp.json', executed: 1, total: 2 },
    totals: { marked: 1, pending: 1, running: 0 },
  });
});

test('progress tells how the executed ones ended, and how many still run', async () => {
  folder.schedule([leavesItsName('a'), leavesItsName('b', 'exit 1'), leavesItsName('c', until('go')), ['d']]);
  // With a limit, else it may have claimed the last one ahead.
  const worker = folder.start(['run', 'exp.json', '--keep-going', '--limit', '3']);
  await folder.hasLines('ran', 3);
  expect((await folder.cooperate('progress', 'exp.json')).stdout).toBe(
    'Executed (not necessarily completed): 3/4 [######################........] 75%: 1 succeeded, 1 failed, 1 running\n',
  );
  const { stdout } = await folder.cooperate('progress', 'exp.json', '--json');
  expect(valueBy('progress', stdout)).toMatchObject({
    totals: { succeeded: 1, failed: 1, running: 1, pending: 1 },
  });
  folder.write('go', '');
  await worker.ended;
});

test('progress --json tells an error as a value too', async () => {
  folder.write('exp.json', '[["a"],\n ["b" "c"]]');
  const { code, stdout, stderr } = await folder.cooperate('progress', 'exp.json', '--json');
  expect([code, stderr]).toEqual([2, '']);
  expect(valueBy('error', stdout)).toEqual({
    error: expect.objectContaining({
      reason: 'schedule-unusable',
      path: 'exp.json',
      place: expect.objectContaining({ line: 2, column: 7 }),
      message: expect.stringContaining('a comma is missing before this'),
    }),
  });
  const missing = await folder.cooperate('progress', '--json', 'nope.json');
  expect(valueBy('error', missing.stdout)).toEqual({
    error: expect.objectContaining({ reason: 'schedule-missing' }),
  });
  const usage = await folder.cooperate('progress', '--json');
  expect([usage.code, usage.stderr]).toEqual([2, '']);
  expect(valueBy('error', usage.stdout)).toEqual({
    error: { reason: 'usage', message: "missing required argument 'schedule'" },
  });
});

test('progress without --json tells an error in words', async () => {
  const { code, stdout, stderr } = await folder.cooperate('progress', 'nope.json');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('there is no schedule nope.json.');
  expectReadable(stderr);
});
