import type { MergedEdit } from '../claim/merge.js';
import type { Changes } from '../schedule/merge.js';

/** What an edit has done, and what others did meanwhile. */
export function* shownEdit(schedule: string, edited: MergedEdit): Generator<string> {
  const { mine, theirs, running, succeededBefore, isWritten } = edited;
  const done = inWords(mine, MINE);
  if (!isWritten) yield `${schedule} stays as it is.`;
  else yield `${schedule}: ${done === '' ? 'only the formatting was changed' : done}.`;
  const meanwhile = inWords(theirs, THEIRS);
  if (meanwhile !== '') yield `meanwhile: ${meanwhile}; that is kept.`;
  if (running.length > 0)
    yield `${entries(running)} ${running.length === 1 ? 'is running, so its mark stays' : 'are running, so their marks stay'}. To run one again all the same: cooperate requeue ${schedule} ${running[0]} --force`;
  if (succeededBefore.length > 0)
    yield `${entries(succeededBefore)} had no mark and succeeded since you began to edit: marked again. To run one again: cooperate requeue ${schedule} ${succeededBefore[0]}`;
}

type Words = readonly (readonly [change: keyof Changes, one: string, more: string])[];

const MINE: Words = [
  ['added', '1 entry added', 'entries added'],
  ['changed', '1 entry changed', 'entries changed'],
  ['removed', '1 entry removed', 'entries removed'],
  ['unmarked', '1 entry put back', 'entries put back'],
  ['marked', '1 entry marked as done', 'entries marked as done'],
];

const THEIRS: Words = [
  ['marked', '1 entry was taken', 'entries were taken'],
  ['unmarked', '1 entry was put back', 'entries were put back'],
  ['added', '1 entry was added', 'entries were added'],
  ['changed', '1 entry was changed', 'entries were changed'],
  ['removed', '1 entry was removed', 'entries were removed'],
];

function inWords(changes: Changes, words: Words): string {
  return words
    .flatMap(([change, one, more]) => {
      const count = changes[change];
      return count === 0 ? [] : [count === 1 ? one : `${count} ${more}`];
    })
    .join(', ');
}

function entries(list: readonly number[]): string {
  if (list.length === 1) return `entry ${list[0]}`;
  if (list.length > 10) return `${list.length} entries`;
  return `entries ${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}
