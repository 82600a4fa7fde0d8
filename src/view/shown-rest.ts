import { row, words, type Line } from './lines.js';
import { pageOf, type Group, type Grouped, type Model } from './model.js';
import { commandAt, grouped } from './states.js';

export function causeTitles(columns: number): Line {
  const titles = ['', 'entries', 'what happened', 'the first of them'];
  return row(
    titles.map((text, i) => ({ text, style: 'dim' as const, width: widths(columns)[i] })),
    columns,
    1,
  );
}

/** What failed, one line for each way of failing. */
export function causeRows(model: Model, columns: number, height: number): Line[] {
  const { groups, seen } = model;
  const { failures } = model.cursors;
  if (!groups || !seen) return [words([{ text: '  Looking...', style: 'dim' }], columns)];
  if (groups.list.length === 0) return [words([{ text: '  Nothing has failed.', style: 'good' }], columns)];
  return groups.list.slice(failures.top, failures.top + height).map((group, i) => {
    const isChosen = failures.top + i === failures.row;
    const cells = texts(groups, group, isChosen).map((text, j) => ({
      ...{ text, width: widths(columns)[j], right: j === 1 },
      style: isChosen ? ('chosen' as const) : j === 2 ? ('bad' as const) : undefined,
    }));
    return row(cells, columns, 1).map((span) => (isChosen ? { ...span, style: 'chosen' } : span));
  });
}

function texts({ snapshot }: Grouped, { cause, line, entries }: Group, isChosen: boolean): string[] {
  const [first] = entries;
  return [
    isChosen ? '>' : '',
    grouped(entries.length),
    line === undefined ? cause : `${cause}: ${line}`,
    first === undefined ? '' : `${first}  ${commandAt(snapshot, first)}`,
  ];
}

function widths(columns: number): (number | undefined)[] {
  return [1, 7, columns < 60 ? undefined : Math.floor(columns * 0.6), columns < 60 ? 0 : undefined];
}

const HELP: readonly (readonly [keys: string, what: string])[] = [
  ['up down, j k', 'one line'],
  ['PgUp PgDn, space b', 'one page'],
  ['g G, Home End', 'the first and the last'],
  ['Enter', "an entry and its log; a failure's entries"],
  ['Esc', 'back; all entries again'],
  ['0 to 9', 'entries in this state, as numbered on top'],
  ['Tab', 'the next state that any entry is in'],
  ['/', 'entries with a text in command, host or state'],
  ['f', 'failures, by what happened'],
  ['w', 'all workers'],
  ['r', 'put back what failed, is lost or interrupted'],
  ['left right', 'what is beside the screen, of commands and logs'],
  ['[ ]', 'in a log: the try before and after'],
  ['Ctrl-L', 'draw the screen anew'],
  ['q, Ctrl-C', 'leave; nothing stops running'],
];

export function helpRows(columns: number): Line[] {
  return HELP.map(([keys, what]) => row([{ text: keys, width: 20, style: 'title' }, { text: what }], columns));
}

/** The first ones are there on a narrow screen too. */
const HINTS = {
  entries: '? help  q leave  Enter log  / search  Tab state  f failures  w workers  r put back',
  workers: 'Esc back  ? help  q leave',
  failures: 'Esc back  ? help  q leave  Enter entries  r put back',
  entry: 'Esc back  ? help  q leave  G follow  [ ] tries  r put back',
  help: 'Esc back  q leave',
} as const;

/** The last line: what is asked, typed or to be said; else the keys. */
export function foot(model: Model, columns: number): Line {
  const { asked, typing, note } = model;
  if (asked) {
    const { entries } = asked;
    const what = entries.length === 1 ? `entry ${entries[0] ?? ''}` : `${grouped(entries.length)} entries`;
    return words([{ text: `Put ${what} back, to be run again? y/n `, style: 'chosen' }], columns);
  }
  if (typing !== undefined) {
    return words(
      [{ text: `/${typing}` }, { text: ' ', style: 'chosen' }, { text: '  Enter, Esc', style: 'dim' }],
      columns,
    );
  }
  if (note !== undefined) return words([{ text: note, style: 'warn' }], columns);
  return words([{ text: HINTS[pageOf(model)], style: 'dim' }], columns);
}
