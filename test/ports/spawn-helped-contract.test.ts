import { beforeAll, expect, test, vi } from 'vitest';
import { readProcess } from '../../src/ports/spawn-proc.js';
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
    const { pid, ended } = running;
    const parent = readProcess(String(pid))?.parent;
    if (parent === process.pid) seen.others++;
    else if (parent !== undefined) seen.byHelpers++;
    const text = (stream: 'stdout' | 'stderr') => (): string => Buffer.concat(chunks[stream]).toString();
    return {
      ...{ pid, ended, out: text('stdout'), err: text('stderr') },
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
