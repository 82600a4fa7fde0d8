import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Folder } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const design = ['--set', 'lr=0.1,0.2', '--json', '--', 'echo'];

test.each([
  ['written', [], { how: 'created', entries: 2 }],
  ['--dry-run', ['--dry-run'], { runs: [expect.any(Array), expect.any(Array)] }],
])('doe --json keeps to its schema: %s', async (_what, flags, expected) => {
  const { stdout } = await folder.cooperate('doe', 'exp.json', ...flags, ...design);
  expect(valueBy('doe', stdout)).toMatchObject(expected);
});

test('doe --show --json keeps to its schema', async () => {
  await folder.cooperate('doe', 'exp.json', ...design);
  const { stdout } = await folder.cooperate('doe', 'exp.json', '--show', '--json');
  expect(valueBy('doe', stdout)).toMatchObject({ designs: [{ how: 'created', entries: 2 }] });
});

test('config --json keeps to its schema', async () => {
  const settings = { jobs: 2, profiles: { night: { hosts: ['nowhere'], nice: 10 } } };
  writeFileSync(join(folder.path, 'cooperate.config.json'), JSON.stringify(settings));
  const { stdout } = await folder.cooperate('config', '--json');
  expect(valueBy('config-shown', stdout)).toMatchObject({ values: { jobs: 2 }, profiles: [{ why: 'none' }] });
});
