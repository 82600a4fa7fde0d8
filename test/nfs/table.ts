import type { RoundReport } from './round.js';

/** What a round has shown, in rows. */
const ROWS: readonly (readonly [string, (report: RoundReport) => string])[] = [
  ['NFS', ({ version }) => version],
  ['clients, workers at a time', ({ clients, workers }) => `${clients}, ${workers}`],
  ['workers started', ({ workersStarted }) => String(workersStarted)],
  ['seconds', ({ seconds }) => String(seconds)],
  ['spawns', ({ verdict }) => String(verdict.spawns)],
  ['spawns a second', ({ spawnsPerSecond }) => String(spawnsPerSecond)],
  ['doubles', ({ verdict }) => String(verdict.doubles.length)],
  ['lost records', ({ verdict }) => String(verdict.lostRecords.length)],
  ['ends others have witnessed', ({ witnessed }) => String(witnessed)],
  ['runs whose worker was killed', ({ verdict }) => String(verdict.lostWithWorker)],
  ['generations put back', ({ verdict }) => String(verdict.requeued)],
  ['entries that never ended', ({ verdict }) => String(verdict.unended.length)],
  ['reads of the schedule', ({ polls }) => String(polls)],
  ['unreadable', ({ unreadable }) => String(unreadable)],
  ['edits saved, displaced', ({ edits, verdict }) => `${edits}, ${verdict.displaced.length}`],
  ['claims', ({ claims }) => String(claims.rounds)],
  ['claim, p50', ({ claims }) => `${claims.p50} ms`],
  ['claim, p99', ({ claims }) => `${claims.p99} ms`],
  ['claim, longest', ({ claims }) => `${claims.longest} ms`],
];

/** One column a round. */
export function tableOf(reports: readonly RoundReport[]): string {
  if (reports.length === 0) return '';
  const rows = ROWS.map(([title, cell]) => [title, ...reports.map(cell)]);
  const width = Math.max(...ROWS.map(([title]) => title.length));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(width) : cell.padStart(12))).join('  '),
  );
  const faults = reports.flatMap(({ version, faults }) =>
    faults.map(({ fault, guest, seconds, notices }) => {
      const told = notices
        .map(({ who, standing, seconds }) => `; ${who} told ${standing} after ${seconds} s`)
        .join('');
      return `NFS ${version}, ${fault} (guest ${guest}): ${seconds} s${told}`;
    }),
  );
  return [...lines, ...faults].join('\n');
}
