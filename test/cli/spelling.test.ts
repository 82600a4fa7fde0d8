import { beforeAll, expect, test, vi } from 'vitest';
import type { Tree } from '../../src/cli/program-tree.js';
import { modernSpelling, VERBS } from '../../src/cli/spelling.js';

let tree: Tree;
beforeAll(async () => {
  vi.stubGlobal('COOPERATE_VERSION', '0');
  const { commandLine } = await import('../../src/cli/program.js');
  const { treeOf } = await import('../../src/cli/program-tree.js');
  tree = treeOf(commandLine().program);
});

test("what stands behind an option that takes a value is no original's spelling", () => {
  const flags = tree.verbs
    .filter(({ name }) => (VERBS as readonly string[]).includes(name))
    .flatMap(({ flags }) => flags);
  expect(flags.length).toBeGreaterThan(50);
  for (const { names, value } of flags) {
    for (const name of names) {
      const args = [name, '--run', 'exp.json'];
      const spelled = value ? args : ['run', name, 'exp.json'];
      expect(modernSpelling(args)).toEqual(spelled);
    }
  }
});
