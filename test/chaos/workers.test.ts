import { afterEach, describe, expect, it } from 'vitest';
import { gather } from '../support/chaos-evidence.js';
import { allExits, ChaosProcess } from '../support/chaos-process.js';
import { startReader } from '../support/chaos-reader.js';
import { Sandbox } from '../support/chaos-sandbox.js';

/** Workers, and the slots of each. */
type Crew = readonly [workers: number, slots: number];

let sandbox: Sandbox;
afterEach(() => {
  sandbox.remove();
});

/** Works the schedule off with all workers at once, while a reader looks. */
async function workOff(entries: readonly (readonly string[])[], [count, slots]: Crew) {
  sandbox = new Sandbox(entries);
  const stopReading = startReader(sandbox);
  const workers = Array.from(
    { length: count },
    () => new ChaosProcess(sandbox.program, ['--run', 'exp.json', '-j', String(slots)], sandbox.dir, {}),
  );
  const exits = await allExits(workers, 100_000);
  const readings = await stopReading();
  return { workers, exits, readings, evidence: gather(sandbox) };
}

function expectAllWell({ workers, exits, readings, evidence }: Awaited<ReturnType<typeof workOff>>): void {
  const count = sandbox.entries.length;
  const outputs = workers.map((worker) => worker.output);
  expect(exits.filter(({ code }) => code !== 0).length, outputs.join('\n--\n').slice(-2000)).toBe(0);
  for (const output of outputs) expect(output).toMatch(/All experiments completed\.\n$/);

  expect(evidence.twice).toEqual([]);
  expect(evidence.executions.size).toBe(count);
  expect(evidence.pending).toBe(0);
  expect(evidence.argvs).toEqual(sandbox.entries);
  for (const counts of [evidence.starts, evidence.ends]) {
    expect(counts.size).toBe(count);
    expect([...counts.values()].every((times) => times === 1)).toBe(true);
  }
  expect(evidence.torn).toBe(0);
  // Every worker had its share, else nothing was shared.
  for (const output of outputs) expect(output).toContain('Running: ');

  expect(readings).toMatchObject({ invalid: 0, ahead: 0, fewer: 0, marked: count, first: '' });
  expect(readings.polls).toBeGreaterThan(100);

  expect(sandbox.processes()).toEqual([]);
  expect(sandbox.leftovers()).toEqual([]);
  expect(sandbox.sidecar('lock')).toEqual([]);
  expect(sandbox.sidecar('1/heartbeats')).toEqual([]);
}

const CREWS: readonly Crew[] = [
  [8, 1],
  [1, 8],
];

describe.each(CREWS)('%i workers of %i slots on one schedule', (...crew) => {
  const count = crew[1] > 1 ? 2000 : 300;
  it(`run each of ${count} entries exactly once`, { timeout: 120_000 }, async () => {
    const entries = Array.from({ length: count }, (_, i) => ['sh', '-c', 'echo $$ >> runs/$0', `e${i}`]);
    expectAllWell(await workOff(entries, crew));
  });

  it('run as many of several equal entries as there are', { timeout: 120_000 }, async () => {
    // Records are named by slot: the copies are told apart by nothing else.
    const entries = Array.from({ length: 100 }, (_, i) => [
      'sh',
      '-c',
      'echo $$ >> runs/$COOPERATE_ID',
      `kind ${(i * 7) % 5}`,
    ]);
    expectAllWell(await workOff(entries, crew));
  });
});
