import { configDefaults, defineConfig } from 'vitest/config';

/** What mocks modules, or counts what its process has open, has a process to itself. */
const alone = ['test/ports/**/*.test.ts'];
const runsTheProgram = ['test/cli/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/syscalls/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests wait for programs more than they compute: with one worker, as two cores would have it, twice as long.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      reporter: ['text', 'html'],
    },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...runsTheProgram, ...alone],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'dist',
          include: runsTheProgram,
          isolate: false,
          globalSetup: ['test/global-setup.ts'],
          // The built program is tried as it is.
          server: { deps: { external: [/\/dist\//] } },
        },
      },
    ],
  },
});
