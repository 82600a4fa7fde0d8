import { test } from 'vitest';
import { Folder } from './cli.js';

/** A test with a folder of its own: several can be under way at the same time. */
export const cliTest = test.extend<{ folder: Folder }>({
  // eslint-disable-next-line no-empty-pattern -- how it says that it needs nothing
  folder: async ({}, use) => {
    const folder = new Folder();
    await use(folder);
    await folder.dispose();
  },
});
