import { VIOLATIONS, type Verdict } from './storm-judge.js';

type Row = readonly [what: string, of: (verdicts: readonly Verdict[]) => string | number];

const sum = (verdicts: readonly Verdict[], of: (verdict: Verdict) => number): number =>
  verdicts.reduce((total, verdict) => total + of(verdict), 0);

const hits = (signal: string, held: boolean) => (verdicts: readonly Verdict[]) =>
  sum(verdicts, ({ report }) => report.hits.filter((hit) => hit.signal === signal && hit.held === held).length);

const saves = (kind: string, how: string) => (verdicts: readonly Verdict[]) =>
  sum(verdicts, ({ edits }) => edits.filter((edit) => edit.kind === kind && edit.how === how).length);

const additions =
  (...outcomes: string[]) =>
  (verdicts: readonly Verdict[]) =>
    sum(verdicts, ({ edits }) => edits.filter(({ outcome = '' }) => outcomes.includes(outcome)).length);

const spread =
  (of: (verdict: Verdict) => readonly number[]) =>
  (verdicts: readonly Verdict[]): string => {
    const all = verdicts.flatMap(of).sort((a, b) => a - b);
    const at = (share: number): string => (all[Math.floor(share * (all.length - 1))] ?? NaN).toFixed(0);
    return all.length === 0 ? '-' : `${at(0.5)} / ${at(0.99)} / ${at(1)} (${all.length})`;
  };

const ROWS: readonly Row[] = [
  ['storms', (all) => all.length],
  ['executions', (all) => sum(all, ({ executions }) => executions)],
  ['workers started', (all) => sum(all, ({ report }) => report.workers.length)],
  ['killed while holding the lock', hits('SIGKILL', true)],
  ['killed elsewhere', hits('SIGKILL', false)],
  ['stopped while holding the lock', hits('SIGSTOP', true)],
  ['stopped elsewhere', hits('SIGSTOP', false)],
  ['clock jumps', (all) => sum(all, ({ report }) => report.jumps)],
  ['times the disk was full', (all) => sum(all, ({ report }) => report.squeezes)],
  ['workers that waited for room', (all) => sum(all, ({ report }) => waits(report.workers))],
  ['old copies saved by rename', saves('old copy', 'rename')],
  ['old copies saved in place', saves('old copy', 'in place')],
  ['entries added: merged', additions('merged', 'as saved')],
  ['entries added: kept in a .bak', additions('kept beside')],
  ['entries added: displaced', additions('displaced')],
  ['entries added: put out by a sleeper', (all) => sum(all, ({ putOut }) => putOut)],
  ['old revisions put back by sleepers', (all) => sum(all, ({ journals }) => journals.sleepers)],
  ['put back, marked in an older save, told', (all) => sum(all, ({ leftMarked }) => leftMarked)],
  ['turned away from a half-saved file', (all) => sum(all, ({ turnedAway }) => turnedAway)],
  ['failed ones put back by hand', (all) => sum(all, ({ putBack: [asked] }) => asked)],
  ['  of them ran again', (all) => sum(all, ({ putBack: [, ran] }) => ran)],
  ['generations over', (all) => sum(all, ({ journals }) => journals.requeues)],
  ['readings', (all) => sum(all, ({ report }) => report.readings.polls)],
  ['  while an editor was writing', (all) => sum(all, ({ halfSaved }) => halfSaved)],
  ['claim, ms p50 / p99 / max', spread(({ journals }) => journals.claimMs)],
  ['dead holder replaced, ms', spread(({ report }) => report.watch.freed.SIGKILL)],
  ['stopped holder replaced, ms', spread(({ report }) => report.watch.freed.SIGSTOP)],
  ['dead worker told by status, ms', spread(({ report }) => report.watch.noticed)],
  ...VIOLATIONS.map((what): Row => [what, (all) => sum(all, ({ violations }) => violations[what].length)]),
  [
    'doubles, 95 % upper bound',
    (all) => {
      const executions = sum(all, (verdict) => verdict.executions);
      const doubles = sum(all, ({ violations }) => violations.doubles.length);
      return doubles > 0 ? '-' : `${((3 / executions) * 100).toFixed(3)} % (3 in ${executions})`;
    },
  ],
];

function waits(workers: Verdict['report']['workers']): number {
  return workers.filter(({ output }) => output.includes('Waiting and trying again')).length;
}

/** A column for each kind of disk, and one for all. */
export function table(verdicts: ReadonlyMap<string, readonly Verdict[]>): string {
  const columns = [...verdicts, ['all', [...verdicts.values()].flat()] as const];
  const lines = [['', ...columns.map(([name]) => name)]];
  for (const [what, of] of ROWS) lines.push([what, ...columns.map(([, all]) => String(of(all)))]);
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  const pad = (text: string, i: number): string =>
    i === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[i] ?? 0);
  return lines.map((line) => line.map(pad).join('  ')).join('\n');
}
