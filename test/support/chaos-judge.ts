import { expect } from 'vitest';
import { startedWithoutEnd, type Evidence } from './chaos-evidence.js';
import type { ChaosReport } from '../chaos/chaos.js';
import type { Outcome } from './chaos-halted.js';
import type { Sandbox } from './chaos-sandbox.js';

/** What must hold whatever happened to the workers. */
export function expectSafe(evidence: Evidence, said: string): void {
  expect(evidence.twice, `run twice; ${said}`).toEqual([]);
  expect(evidence.unmarked, `run before they were marked; ${said}`).toEqual([]);
  expect(evidence.pending, `pending at the end; ${said}`).toBe(0);
  expect(evidence.torn, `journal lines torn; ${said}`).toBe(0);
  expect([...evidence.starts.values(), ...evidence.ends.values()].every((times) => times === 1)).toBe(true);
}

/** Nothing ran twice, and each entry ran or is reported lost. Returns how many are lost. */
export function expectExplained({ evidence, peer, last, lost }: Outcome): number {
  const said = `${peer}\n--\n${last}`;
  expectSafe(evidence, said);
  const idle = 3 - evidence.executions.size;
  expect(idle, `never run; ${said}`).toBeLessThanOrEqual(lost.length);
  expect(last.match(/ is lost: /g)?.length ?? 0, said).toBe(lost.length);
  return lost.length;
}

/** Every entry ended, or was started by a worker that was killed, and the last worker says so; all else is a loss. */
export function expectNothingLost(sandbox: Sandbox, report: ChaosReport): void {
  const { evidence, last, workers, exits, readings } = report;
  expectSafe(evidence, last.output);
  expect(readings).toMatchObject({ invalid: 0, ahead: 0, marked: sandbox.entries.length });
  expect(evidence.argvs).toEqual(sandbox.entries);

  const lost = startedWithoutEnd(evidence);
  const killed = new Set(workers.filter((worker) => worker.exit?.signal === 'SIGKILL').map(({ pid }) => pid));
  const reported = [...last.output.matchAll(/is lost: worker \S+-(\d+)-[0-9a-f]+ died/g)];
  expect(reported.length, last.output).toBe(lost.length);
  for (const [line, pid] of reported) expect(killed, line).toContain(Number(pid));
  expect(evidence.ends.size + lost.length).toBe(sandbox.entries.length);
  // What ended did run; what is lost ran or not, and nobody else ran it.
  for (const claim of evidence.ends.keys()) {
    const name = sandbox.entries[evidence.entryOf.get(claim) ?? -1]?.[2] ?? '';
    expect(evidence.executions.get(name), name).toBe(1);
  }
  for (const { code } of exits) expect([0, 1]).toContain(code);
  expect(last.code).toBe(lost.length > 0 ? 1 : 0);
  expect(sandbox.isLocked).toBe(false);
  expect(sandbox.processes()).toEqual([]);
}

/** One line for the log of a run. */
export function figures({ evidence, kills, stops, caught, workers, readings }: ChaosReport): string {
  const { executions, twice } = evidence;
  const lost = startedWithoutEnd(evidence).length;
  return (
    `${workers.length} workers, ${kills} killed, ${stops} stops, ${caught} of both in the lock: ${executions.size} entries ran, ` +
    `${twice.length} of them more than once; ${lost} lost with their worker; ${readings.polls} readings`
  );
}
