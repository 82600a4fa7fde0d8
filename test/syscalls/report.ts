import type { Ending } from './judge.js';
import type { Outcome } from './trial.js';

const ENDINGS: readonly Ending[] = ['overcome', 'recovered', 'offered', 'broken'];

/** A row for each kind of call, and for each fault. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = [
    ['', 'struck', ...ENDINGS],
    ...groupRows(
      outcomes,
      ({ point, fault }) => `${fault === 'kill' ? 'kill at' : 'error from'} ${point.call}`,
    ),
    ...groupRows(outcomes, ({ fault }) => fault),
  ];
  return rows
    .map(([name = '', ...cells]) => name.padEnd(24) + cells.map((cell) => cell.padStart(10)).join(''))
    .join('\n');
}

function groupRows(outcomes: readonly Outcome[], nameOf: (outcome: Outcome) => string): string[][] {
  const names = [...new Set(outcomes.map(nameOf))].sort();
  return names.map((name) => {
    const group = outcomes.filter((outcome) => nameOf(outcome) === name);
    return [name, ...[group.length, ...ENDINGS.map((ending) => count(group, ending))].map(String)];
  });
}

export function figures(outcomes: readonly Outcome[]): string {
  const kills = outcomes.filter(({ fault }) => fault === 'kill');
  const errors = outcomes.filter(({ fault }) => fault !== 'kill');
  const missed = outcomes.filter(({ hit, point }) => hit !== point.on).length;
  const calls = new Set(outcomes.map(({ point }) => `${point.thread} ${point.call} ${point.n}`)).size;
  return (
    `${calls} calls: ${kills.length} kill points (${count(kills, 'recovered')} recovered by themselves, ` +
    `${count(kills, 'offered')} offered, ${count(kills, 'broken')} else), ${errors.length} errors ` +
    `(${count(errors, 'overcome')} overcome, ${count(errors, 'recovered')} told and worked off by the next worker, ` +
    `${count(errors, 'offered')} offered, ${count(errors, 'broken')} else); ${missed} struck elsewhere than recorded`
  );
}

function count(outcomes: readonly Outcome[], ending: Ending): number {
  return outcomes.filter((outcome) => outcome.ending === ending).length;
}
