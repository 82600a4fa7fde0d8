import type { Checked, Facts, Finding, Records } from '../commands/check.js';
import { sidecarOf } from '../claim/sidecar.js';
import type { Place } from '../failure.js';
import { harmless } from '../ports/screen-text.js';
import { asTyped } from './as-typed.js';
import { showCommand } from './show-command.js';

/** What a check has found, for a person. */
export function* shownCheck(schedule: string, checked: Checked, isFixed: boolean): Generator<string> {
  const { facts, records, findings, loose, backup } = checked;
  const name = harmless(schedule);
  const isMended = backup !== undefined;
  for (const finding of findings.listed) yield* findingLines(name, finding, isMended);
  if (findings.more > 0) yield `and ${findings.more} more`;
  if (loose > 0)
    yield `${name}: ${count(loose, 'comment or trailing comma', 'comments and trailing commas')}: left out`;
  if (facts) yield* validLines(name, facts, isMended);
  else yield* invalidLines(name, checked, isFixed);
  if (isMended) yield `Your version is kept as ${harmless(asTyped(backup))}.`;
  yield* recordLines(name, records);
}

function* findingLines(name: string, finding: Finding, isMended: boolean): Generator<string> {
  const { problem, mend, place, places, lastLine } = finding;
  const where = place ? `${name}:${place.line}:${place.column}` : name;
  const more = places > 1 ? ` (${places} places, the last in line ${lastLine})` : '';
  const what = mend === undefined ? '' : isMended ? `: ${mend}` : `; --fix: ${mend}`;
  yield `${where}: ${harmless(problem)}${harmless(what)}${more}`;
  if (place && !isMended) yield* excerpt(place);
}

function* excerpt(place: Place): Generator<string> {
  yield `  ${place.excerpt}`;
  yield `  ${' '.repeat(place.caret)}^`;
}

function* validLines(name: string, facts: Facts, isMended: boolean): Generator<string> {
  const { entries, marked, duplicates, loose, firstLoose, hasByteOrderMark, hasCarriageReturns } = facts;
  const now = isMended ? ' now' : '';
  yield `${name} is a valid schedule${now}: ${count(entries, 'entry', 'entries')}, ${marked} marked, ${entries - marked} pending.`;
  if (duplicates > 0)
    yield `${count(duplicates, 'entry equals', 'entries equal')} an earlier one; each runs all the same.`;
  if (loose > 0)
    yield `${count(loose, 'comment or trailing comma', 'comments and trailing commas')}, the first in line ${firstLoose?.line}, column ${firstLoose?.column}: read all the same. The first rewrite leaves them out and keeps your version as .bak; so does --fix.`;
  if (hasByteOrderMark) yield 'It begins with a byte order mark, which stays.';
  if (hasCarriageReturns) yield 'Its lines end as on Windows (CRLF), which stays.';
}

function* invalidLines(name: string, { findings }: Checked, isFixed: boolean): Generator<string> {
  const { byHand } = findings;
  yield `${name} is not a valid schedule${isFixed ? ', and nothing was written' : ''}.`;
  if (byHand === 0) yield `It can be mended: cooperate check ${showCommand([name])} --fix`;
  else if (findings.listed.some(({ mend }) => mend !== undefined))
    yield `${count(byHand, 'place is', 'places are')} to be mended by hand, since the meaning would be a guess; --fix does the rest afterwards.`;
  else yield 'Mend it by hand: what is meant would be a guess.';
}

function* recordLines(name: string, records: Records): Generator<string> {
  switch (records.is) {
    case 'none':
      return;
    case 'damaged':
      yield `${harmless(asTyped(records.path))} holds something else than it should.`;
      yield `Delete ${sidecarOf(name)}: that forgets history, never the schedule or its marks.`;
      return;
    case 'read':
      if (records.unreadable > 0)
        yield `${count(records.unreadable, 'line of the journals cannot', 'lines of the journals cannot')} be read, torn by a full disk or a crash; each costs one fact.`;
      if (records.unaccounted > 0)
        yield `${count(records.unaccounted, 'mark has', 'marks have')} no history: set by hand or by the original, or the records were deleted.`;
  }
}

function count(n: number, one: string, more: string): string {
  return n === 1 ? `1 ${one}` : `${n} ${more}`;
}

/** Version 1 of what `check --json` prints. */
export function valueOfCheck(schedule: string, { facts, records, findings, loose, backup }: Checked): object {
  return {
    version: 1,
    schedule,
    valid: facts !== undefined,
    problems: findings.listed.map(({ problem, mend, place, places }) => ({
      line: place?.line ?? null,
      column: place?.column ?? null,
      problem,
      mend: mend ?? null,
      places,
    })),
    more: findings.more,
    byHand: findings.byHand,
    fixed: backup === undefined ? null : { backup, loose },
    facts: facts
      ? {
          entries: facts.entries,
          marked: facts.marked,
          pending: facts.entries - facts.marked,
          duplicates: facts.duplicates,
          loose: facts.loose,
          byteOrderMark: facts.hasByteOrderMark,
          carriageReturns: facts.hasCarriageReturns,
        }
      : null,
    records: valueOfRecords(records),
  };
}

function valueOfRecords(records: Records): object | null {
  if (records.is === 'none') return null;
  if (records.is === 'damaged') return { damaged: records.path };
  const { epoch, unreadable, unaccounted } = records;
  return { epoch, unreadable, unaccounted };
}
