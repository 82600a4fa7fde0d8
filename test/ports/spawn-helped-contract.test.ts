import { beforeAll, expect, test, vi } from 'vitest';
import type { RunCommand } from '../../src/ports/spawn.js';
import { GRACES, type Graces } from '../../src/ports/spawn-leftovers.js';
import type * as RealRun from '../support/real-run.js';
import { runReal, sh } from '../support/real-run.js';

/** Everything that is asked of the ordinary spawner, asked of this one. */
import './spawn.test.js';
import './spawn-flow.test.js';
import './spawn-leftovers.test.js';

const seen = vi.hoisted(() => ({ byHelpers: 0, others: 0 }));

vi.mock('../support/real-run.js', async (original) => {
  const real = await original<typeof RealRun>();
  const { helpedSpawner } = await import('../../src/ports/spawn-helped.js');
  const { HelpedRun } = await import('../../src/ports/spawn-helped-run.js');
  const graces = { ...GRACES };
  const spawner = helpedSpawner({ graces, shortMs: 60_000 });
  type Options = Partial<RunCommand> & { readonly graces?: Graces };
  const startReal = (argv: readonly string[], { graces: wanted, ...command }: Options = {}): unknown => {
    Object.assign(graces, wanted ?? GRACES);
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const running = spawner.start({
      argv,
      env: process.env,
      inherit: false,
      onOutput: (stream, chunk) => void chunks[stream].push(chunk),
      ...command,
    });
    if (running instanceof HelpedRun) seen.byHelpers++;
    else if (running.pid !== undefined) seen.others++;
    const text = (stream: 'stdout' | 'stderr') => (): string => Buffer.concat(chunks[stream]).toString();
    return {
      ...{ ended: running.ended, out: text('stdout'), err: text('stderr') },
      get pid() {
        return running.pid;
      },
      signal: (signal: NodeJS.Signals) => running.signal(signal),
    };
  };
  const runReal = async (argv: readonly string[], options?: Options): Promise<unknown> => {
    const run = startReal(argv, options) as ReturnType<typeof real.startReal>;
    const end = await run.ended;
    return { end, out: run.out(), err: run.err() };
  };
  return { ...real, startReal, runReal };
});

beforeAll(async () => {
  await vi.waitFor(
    async () => {
      const runs = await Promise.all(Array.from({ length: 8 }, () => runReal(sh('echo $PPID'))));
      expect(runs.map(({ out }) => Number(out))).not.toContain(process.pid);
    },
    { timeout: 15_000 },
  );
});

test('nearly all of these went through helpers', async () => {
  await runReal(sh('exit 1'));
  expect(seen.byHelpers).toBeGreaterThan(3 * seen.others);
});
