import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Folder, leavesItsName, sh, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const lastLines = (stderr: string, count: number): string[] => stderr.trimEnd().split('\n').slice(-count);

test('the last worker tells how it all went, and what reruns the failures', async () => {
  folder.schedule([
    ['true'],
    sh('echo "no such file: a1.txt" >&2; exit 2'),
    sh('echo "no such file: a2.txt" >&2; exit 2'),
    sh('kill -9 $$'),
    ['sleep', '0.3'],
  ]);
  const { code, stderr } = await folder.cooperate('run', 'exp.json', '--keep-going', '-j', '2');
  expect(code).toBe(1);
  expect(lastLines(stderr, 6)).toEqual([
    expect.stringMatching(/^cooperate: 2 succeeded, 3 failed in 0\.\ds( \(\d\.\ds of computing\))?\.$/),
    '2 failed with exit code 2: 1,2',
    '  no such file: a2.txt',
    '1 killed by SIGKILL: 3',
    'To run what failed again: cooperate requeue exp.json --failed',
    'All experiments completed.',
  ]);
});

test('of two workers only the one that ends last sums up, and it counts the work of both', async () => {
  folder.schedule([
    leavesItsName('a', until('go')),
    leavesItsName('b', until('go')),
    leavesItsName('c', until('late')),
  ]);
  const workers = [1, 2, 3].map(() => folder.start(['run', 'exp.json']));
  await folder.hasLines('ran', 3);
  folder.write('go', '');
  await vi.waitFor(() => expect(workers.filter(({ child }) => child.exitCode === 0)).toHaveLength(2), 15_000);
  folder.write('late', '');
  const ended = await Promise.all(workers.map((worker) => worker.ended));
  const sums = ended.map(({ stderr }) => /cooperate: 3 succeeded in /.test(stderr));
  expect(sums.filter(Boolean)).toHaveLength(1);
  const last = ended[sums.indexOf(true)];
  expect(last?.stderr).not.toContain('still at work');
  expect(lastLines(last?.stderr ?? '', 1)).toEqual(['All experiments completed.']);
});

test('a worker that found nothing to do sums nothing up', async () => {
  folder.schedule([['true']]);
  await folder.cooperate('run', 'exp.json');
  expect((await folder.cooperate('run', 'exp.json')).stderr).toBe('All experiments completed.\n');
});

test('every attempt counts as time of computing', async () => {
  folder.schedule([sh('sleep 0.6; exit 1')]);
  const { stderr } = await folder.cooperate('run', 'exp.json', '--keep-going', '--retries', '1');
  expect(stderr).toMatch(/cooperate: 1 failed in [\d.]+s \(1\.\ds of computing\)\./);
});
