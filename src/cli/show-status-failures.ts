import type { StatusReport } from '../commands/status.js';
import type { Cause, FailureGroup } from '../survey/causes.js';
import { selectionOf } from '../survey/ranges.js';
import { afterBlank, counted, cut, painted, remedy, sentence, whole, type Page, type Tone } from './page.js';

/** So many kinds of failure are shown, unless all are asked for. */
const KINDS = 5;

/** What went wrong, which entries it struck, and the line that puts them back. */
export function* showFailures(
  page: Page,
  schedule: string,
  { failures, digest: { entries } }: StatusReport,
  all: boolean,
): Generator<string> {
  const failed = failures.flatMap((group) => group.entries);
  yield* afterBlank(showGroups(page, failures, all ? Infinity : KINDS));
  if (failed.length > 0) yield* remedy(page, 'To run what failed again:', requeue(schedule, '--failed'));
  yield* afterBlank(showLost(page, schedule, entries.lost));
  yield* afterBlank(showSuspect(page, schedule, entries.suspect));
}

export function* showGroups(page: Page, groups: readonly FailureGroup[], most: number): Generator<string> {
  for (const { cause, entries, lastLine, read } of groups.slice(0, most)) {
    yield* counts(page, `${whole(entries.length)} ${causeText(cause)}:`, entries, 'failed');
    if (lastLine !== undefined) yield `  ${cut(lastLine, page.columns && page.columns - 2)}`;
    else if (!read) yield* sentence(page, '(too many to look at what they printed)', 'faint', 2);
  }
  const rest = groups.slice(most);
  const struck = rest.reduce((sum, { entries }) => sum + entries.length, 0);
  if (struck > 0)
    yield* sentence(page, `${whole(struck)} more in ${counted(rest.length, 'other way')}; --all shows them.`);
}

/** As a selection that can be pasted, where the page is wide enough for all of it. */
function counts(page: Page, text: string, entries: readonly number[], tone: Tone): string[] {
  const selection = selectionOf(entries);
  const { columns = Infinity } = page;
  if (text.length + 1 + selection.length <= columns) return [`${painted(page, text, tone)} ${selection}`];
  const lines = sentence(page, text, tone);
  return [...lines, `  ${shortened(selection, columns - 2)}`];
}

/** Cut between two numbers, so that what is left of it is right. */
function shortened(selection: string, columns: number): string {
  if (selection.length <= columns) return selection;
  const end = selection.lastIndexOf(',', columns - 4);
  return end < 0 ? cut(selection, columns) : `${selection.slice(0, end)} ...`;
}

export function causeText(cause: Cause): string {
  switch (cause.is) {
    case 'exit':
      return `failed with exit code ${cause.code}`;
    case 'signal':
      return `killed by ${cause.signal}`;
    case 'timeout':
      return 'took too long';
    case 'unstartable':
      return `could not be started, ${cause.problem}`;
    case 'unknown':
      return 'failed';
  }
}

export function requeue(schedule: string, ...which: string[]): string[] {
  return ['cooperate', 'requeue', schedule, ...which];
}

function* showLost(page: Page, schedule: string, entries: readonly number[]): Generator<string> {
  if (entries.length === 0) return;
  yield* counts(page, `${whole(entries.length)} lost:`, entries, 'lost');
  const whose = entries.length === 1 ? 'Its worker' : 'Their workers';
  yield* sentence(
    page,
    `${whose} died before the end; nobody knows how far ${entries.length === 1 ? 'it' : 'they'} came.`,
    undefined,
    2,
  );
  yield* remedy(page, 'To run what was lost again:', requeue(schedule, '--lost'));
}

function* showSuspect(page: Page, schedule: string, entries: readonly number[]): Generator<string> {
  if (entries.length === 0) return;
  yield* counts(page, `${whole(entries.length)} suspect:`, entries, 'suspect');
  const whose = entries.length === 1 ? 'Its worker has' : 'Their workers have';
  const unheard = `${whose} not been heard of for minutes, and nothing proves that ${entries.length === 1 ? 'it is' : 'they are'} dead.`;
  yield* sentence(page, unheard, undefined, 2);
  yield* remedy(
    page,
    'When you are sure that nothing runs there any more:',
    requeue(schedule, '--suspect', '--force'),
  );
}
