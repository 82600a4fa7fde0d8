import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectReadable, Folder, leavesItsName, until } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

test('wait returns when nothing is pending or running, and not before', async () => {
  folder.schedule([leavesItsName('a', until('go')), leavesItsName('b')]);
  const worker = folder.start(['run', 'exp.json']);
  await folder.hasLines('ran', 1);
  const waiting = folder.start(['wait', 'exp.json']);
  await waiting.says('waiting for 2 entries of exp.json: 1 running, 1 pending.');
  expect(waiting.child.exitCode).toBeNull();
  folder.write('go', '');
  const { code, stdout, stderr } = await waiting.ended;
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/\ncooperate: exp\.json is done: 2 succeeded\.\n$/);
  expect(folder.lines('ran')).toEqual(['a', 'b']);
  await worker.ended;
});

test('wait exits 1 when something failed, with the line that reruns it', async () => {
  folder.schedule([['false'], ['true']]);
  await folder.cooperate('run', 'exp.json', '--keep-going');
  const { code, stderr } = await folder.cooperate('wait', 'exp.json');
  expect(code).toBe(1);
  expect(stderr).toBe(
    'cooperate: exp.json is done: 1 succeeded, 1 failed.\nTo run what failed again: cooperate requeue exp.json --failed\n',
  );
  const asValue = await folder.cooperate('wait', 'exp.json', '--json');
  expect([asValue.code, asValue.stderr]).toEqual([1, '']);
  expect(valueBy('wait', asValue.stdout)).toMatchObject({ timedOut: false, totals: { failed: 1 } });
});

test('wait exits 1 when something was lost', async () => {
  folder.schedule([leavesItsName('a', until('go'))]);
  const worker = folder.start(['run', 'exp.json']);
  await folder.hasLines('ran', 1);
  worker.signal('SIGKILL');
  folder.write('go', '');
  await worker.ended;
  const { code, stderr } = await folder.cooperate('wait', 'exp.json');
  expect(code).toBe(1);
  expect(stderr).toContain('cooperate requeue exp.json --lost');
});

test('wait says when nobody is there who could run what is pending, and goes on waiting', async () => {
  folder.schedule([['true']]);
  const waiting = folder.start(['wait', 'exp.json']);
  await waiting.says('nobody is working on exp.json; waiting all the same. To go on: cooperate run exp.json');
  await folder.cooperate('run', 'exp.json');
  expect((await waiting.ended).code).toBe(0);
});

test('wait gives up when its time is over', async () => {
  folder.schedule([['true']]);
  const { code, stderr } = await folder.cooperate('wait', 'exp.json', '--timeout', '1s');
  expect(code).toBe(1);
  expect(stderr).toMatch(/\ncooperate: exp\.json is not done after 1s: 1 pending\.\n$/);
  const { stdout } = await folder.cooperate('wait', 'exp.json', '--timeout', '0.1s', '--json');
  expect(valueBy('wait', stdout)).toMatchObject({ timedOut: true, totals: { pending: 1 } });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends wait', async (signal, code) => {
  folder.schedule([['true']]);
  const waiting = folder.start(['wait', 'exp.json']);
  await waiting.says('waiting for 1 entry');
  waiting.signal(signal);
  expect((await waiting.ended).code).toBe(code);
  expect(folder.names()).toEqual(['exp.json']);
});

test('wait lives through a schedule that is half saved for a moment', async () => {
  folder.schedule([['true']]);
  const waiting = folder.start(['wait', 'exp.json']);
  await waiting.says('waiting for 1 entry');
  folder.write('exp.json', '[["tr');
  await waiting.says('Waiting and looking again; Ctrl-C leaves.');
  folder.schedule([['executed', 'true']]);
  expect((await waiting.ended).code).toBe(0);
});

test('wait for what is no schedule is an error at once', async () => {
  const { code, stderr } = await folder.cooperate('wait', 'nope.json');
  expect(code).toBe(2);
  expectReadable(stderr);
  const { stdout } = await folder.cooperate('wait', 'nope.json', '--json');
  valueBy('error', stdout);
  expect((await folder.cooperate('wait', 'nope.json', '--timeout', 'soon')).stderr).toContain(
    '90s, 15m or 1h30m',
  );
});
