import { afterAll, beforeAll, expect, test } from 'vitest';
import { Folder, leavesItsName, sh } from '../support/cli.js';

// Many tests type these in their own process: that says something only if a process of its own does the same, and ends.

let here: Folder;
let apart: Folder;
beforeAll(async () => {
  here = new Folder();
  apart = new Folder();
  for (const folder of [here, apart]) {
    folder.schedule([leavesItsName('a', 'echo out'), sh('exit 3'), ['executed', 'b']]);
    folder.write('broken.json', '[["a" "b"]]');
    await folder.cooperate('run', 'exp.json', '--keep-going');
  }
});
afterAll(async () => {
  await here.dispose();
  await apart.dispose();
});

/** What is another one's name, or another time. */
const alike = (text: string, folder: Folder): string =>
  text
    .replaceAll(folder.path, '')
    .replace(/-\d+-[0-9a-f]{6}/g, '')
    .replace(/[\d.]+ ?m?s\b|"[\d-]+T[\d:.]+Z"/g, '');

test.each([
  [['doe', 'new', '--set', 'a=1,2', '--', 'c']],
  [['doe', 'new', '--set', 'a=', '--', 'c']],
  [['--doe', 'exp.json', '--append', '--set', 'a=1,2', '--', 'c']],
  [['add', 'exp.json', '--', 'c', 'd']],
  [['requeue', 'exp.json', '--failed']],
  [['check', 'exp.json']],
  [['check', 'broken.json']],
  [['status', 'exp.json']],
  [['status', 'nope.json', '--json']],
  [['progress', 'exp.json']],
  [['--progress', 'exp.json']],
  [['logs', 'exp.json', '0,1']],
  [['config', '--json']],
  [['completions', 'bash']],
  [['--help']],
  [['status', '--no-such-option']],
  [['__complete', '2', '--', 'cooperate', 'status', '']],
])('%j does in this process what it does in one of its own', async (args) => {
  const ended = [await here.here(...args), await apart.start(args).ended] as const;
  const [inHere, inItsOwn] = ended.map(({ code, stdout, stderr }, i) => {
    const folder = i === 0 ? here : apart;
    return [code, alike(stdout, folder), alike(stderr, folder)];
  });
  expect(inHere).toEqual(inItsOwn);
  expect(here.names()).toEqual(apart.names());
  expect(here.read('exp.json')).toBe(apart.read('exp.json'));
});
