import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What mocks modules, or counts what its process has open, has a process to itself. */
const alone = ['test/ports/**/*.test.ts'];
const runsTheProgram = ['test/cli/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/syscalls/**/*.test.ts'];

/** What waits longest comes first, so that the last minute is not one file's. */
class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isFirst = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/chaos/');
    const isNext = ({ project }: TestSpecification): boolean => project.name === 'dist';
    const rank = (one: TestSpecification): number => (isFirst(one) ? 0 : isNext(one) ? 1 : 2);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ProgramsFirst },
    pool: 'forks',
    // Tests wait for programs as much as they compute: with one worker, as two cores would have it, twice as long.
    maxWorkers: 4,
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
