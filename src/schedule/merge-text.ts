import type { Alignment } from './align.js';
import { additionOf, ownSeparator } from './append.js';
import { editText } from './edit.js';
import { markSplices, type MarkEdit } from './marks.js';
import { rescan } from './rescan.js';
import { scan } from './scan.js';
import { spliced, type Splice } from './splice.js';
import { makeStrict } from './strict.js';
import type { ScheduleText } from './text.js';

/** Three versions of a schedule, and what is to come out of them. */
export interface MergePlan {
  readonly base: ScheduleText;
  readonly mine: ScheduleText;
  readonly theirs: ScheduleText;
  /** Of each entry, such that equal argvs share one. */
  readonly numbers: Readonly<Record<'base' | 'mine' | 'theirs', Uint32Array>>;
  /** From the base. */
  readonly toMine: Alignment;
  readonly toTheirs: Alignment;
  /** What stands in the place of entries of the base. */
  readonly myChanges: ReadonlyMap<number, number>;
  readonly theirChanges: ReadonlyMap<number, number>;
  /** By number: entries, and marks among them. */
  readonly wanted: { readonly all: Int32Array; readonly marked: Int32Array };
  readonly droppedMine: ReadonlySet<number>;
  readonly droppedTheirs: ReadonlySet<number>;
  /** Entries of theirs that go in before others. */
  readonly restored: ReadonlySet<number>;
}

interface Edit {
  readonly mark: number[];
  readonly unmark: number[];
  /** Entries of mine. */
  readonly drop: Set<number>;
  /** Entries of theirs, and which of them are to have their mark changed. */
  readonly insert: Set<number>;
  readonly inserted: MarkEdit & { readonly mark: number[]; readonly unmark: number[] };
}

/** The bytes of mine with what is wanted otherwise changed in them. */
export function mergedBytes(plan: MergePlan): Buffer {
  const edit = editOf(plan);
  if (edit.mark.length + edit.unmark.length + edit.drop.size + edit.insert.size === 0) return plan.mine.bytes;
  const mine = strict(plan.mine);
  const theirs = edit.insert.size > 0 ? withMarks(strict(plan.theirs), edit.inserted) : plan.theirs;
  if (mine.count === 0) {
    const lines = [...edit.insert].sort((a, b) => a - b).map((entry) => bytesOf(theirs, entry).toString());
    return spliced(mine.bytes, [additionOf(mine, lines)]);
  }
  const inserted = insertions(plan, edit, mine, theirs);
  return spliced(mine.bytes, [...markSplices(mine, edit), ...inserted, ...deletions(mine, edit, inserted)]);
}

function withMarks(text: ScheduleText, edit: MarkEdit): ScheduleText {
  return rescan(text, editText(text, edit));
}

function strict(text: ScheduleText): ScheduleText {
  return text.loose.length > 0 ? scan(makeStrict(text)) : text;
}

/** Which entries to change so that the numbers come out. */
function editOf(plan: MergePlan): Edit {
  const edit: Edit = {
    ...{ mark: [], unmark: [], drop: new Set(plan.droppedMine) },
    ...{ insert: new Set<number>(), inserted: { mark: [], unmark: [] } },
  };
  const touched = touchedIn(plan);
  const mine = placesIn(plan.numbers.mine, touched);
  const theirs = placesIn(plan.numbers.theirs, touched);
  for (const number of touched) choose(plan, edit, number, mine.get(number) ?? [], theirs.get(number) ?? []);
  return edit;
}

/** The numbers that mine has otherwise than is wanted. */
function touchedIn({ numbers, mine, wanted, droppedMine, restored }: MergePlan): Set<number> {
  const all = wanted.all.slice();
  const marked = wanted.marked.slice();
  for (let entry = 0; entry < mine.count; entry++) {
    const number = numbers.mine[entry] as number;
    all[number] = (all[number] as number) - 1;
    marked[number] = (marked[number] as number) - (mine.marked[entry] as number);
  }
  const touched = new Set([...droppedMine].map((entry) => numbers.mine[entry] as number));
  for (const entry of restored) touched.add(numbers.theirs[entry] as number);
  for (let number = 0; number < all.length; number++)
    if (all[number] !== 0 || marked[number] !== 0) touched.add(number);
  return touched;
}

function placesIn(numbers: Uint32Array, wanted: ReadonlySet<number>): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (let entry = 0; wanted.size > 0 && entry < numbers.length; entry++) {
    const number = numbers[entry] as number;
    if (!wanted.has(number)) continue;
    const known = places.get(number);
    if (known) known.push(entry);
    else places.set(number, [entry]);
  }
  return places;
}

/** One number: what of mine goes, what of theirs comes, and who has the marks. */
function choose(
  plan: MergePlan,
  edit: Edit,
  number: number,
  mine: readonly number[],
  theirs: readonly number[],
): void {
  const { wanted, toMine, toTheirs, restored, droppedTheirs } = plan;
  const all = wanted.all[number] as number;
  const partnerOf = (entry: number): number => {
    const base = toMine.from[entry] as number;
    return base === -1 ? -1 : (toTheirs.to[base] as number);
  };
  const isGone = (entry: number): boolean =>
    toMine.from[entry] !== -1 && toTheirs.to[toMine.from[entry] as number] === -1;
  const here = mine.filter((entry) => !edit.drop.has(entry));
  for (const entry of firstOf(here.toReversed(), here.length - all, isGone)) edit.drop.add(entry);
  const kept = here.filter((entry) => !edit.drop.has(entry));

  const news = theirs.filter((entry) => toTheirs.from[entry] === -1 && !droppedTheirs.has(entry));
  const candidates = [...theirs.filter((entry) => restored.has(entry)), ...news];
  const inserted = candidates.slice(0, Math.max(0, all - kept.length));
  for (const entry of inserted) edit.insert.add(entry);

  const wantedMarks = wanted.marked[number] as number;
  const isMarkedThere = (entry: number): boolean => plan.theirs.marked[partnerOf(entry)] === 1;
  const [coming, staying] = [parted(inserted, plan.theirs), parted(kept, plan.mine)];
  const missing = wantedMarks - coming.marked.length - staying.marked.length;
  const mark = firstOf(staying.pending, missing, isMarkedThere);
  const unmark = firstOf(staying.marked.toReversed(), -missing, (entry) => !isMarkedThere(entry));
  edit.mark.push(...mark);
  edit.unmark.push(...unmark);
  edit.inserted.mark.push(...coming.pending.slice(0, Math.max(0, missing - mark.length)));
  edit.inserted.unmark.push(...coming.marked.slice(0, Math.max(0, -missing - unmark.length)));
}

function parted(entries: readonly number[], { marked }: ScheduleText) {
  return {
    marked: entries.filter((entry) => marked[entry] === 1),
    pending: entries.filter((entry) => marked[entry] === 0),
  };
}

/** So many of them, those first that are better. */
function firstOf(entries: readonly number[], count: number, isBetter: (entry: number) => boolean): number[] {
  if (count <= 0) return [];
  return [...entries.filter(isBetter), ...entries.filter((entry) => !isBetter(entry))].slice(0, count);
}

function bytesOf({ bytes, starts, ends }: ScheduleText, entry: number): Buffer {
  return bytes.subarray(starts[entry], ends[entry]);
}

/** Each behind the entry that it follows in theirs, as far as that is in mine. */
function insertions(plan: MergePlan, edit: Edit, mine: ScheduleText, theirs: ScheduleText): Splice[] {
  if (edit.insert.size === 0) return [];
  const separator = Buffer.from(ownSeparator(mine), 'latin1');
  const behind = new Map<number, number[]>();
  const changed = new Map([...plan.theirChanges].map(([base, entry]) => [entry, base]));
  let anchor = -1;
  let left = edit.insert.size;
  for (let entry = 0; entry < theirs.count && left > 0; entry++) {
    if (edit.insert.has(entry)) {
      behind.set(anchor, [...(behind.get(anchor) ?? []), entry]);
      left--;
      continue;
    }
    const same = plan.toTheirs.from[entry] as number;
    const base = same === -1 ? (changed.get(entry) ?? -1) : same;
    const partner = base === -1 ? -1 : placeInMine(plan, base);
    if (partner !== -1 && !edit.drop.has(partner)) anchor = partner;
  }
  return [...behind].map(([place, entries]) => {
    const each = entries.map((entry) => bytesOf(theirs, entry));
    if (place === -1) return inFront(mine, edit, each, separator);
    const at = mine.ends[place] as number;
    return { from: at, to: at, put: each.flatMap((bytes) => [separator, bytes]) };
  });
}

function placeInMine({ toMine, myChanges }: MergePlan, base: number): number {
  const same = toMine.to[base] as number;
  return same === -1 ? (myChanges.get(base) ?? -1) : same;
}

/** In front of all that stays; in the place of all where nothing does. */
function inFront(
  mine: ScheduleText,
  { drop }: Edit,
  entries: readonly Uint8Array[],
  separator: Buffer,
): Splice {
  let first = 0;
  while (drop.has(first)) first++;
  const put = entries.flatMap((bytes, i) => (i === 0 ? [bytes] : [separator, bytes]));
  if (first === mine.count)
    return { from: mine.starts[0] as number, to: mine.ends[mine.count - 1] as number, put };
  const at = mine.starts[first] as number;
  return { from: at, to: at, put: [...put, separator] };
}

/** Each with what stands before it, or behind it where it is the first. */
function deletions(
  { starts, ends, count }: ScheduleText,
  { drop }: Edit,
  inserted: readonly Splice[],
): Splice[] {
  if (drop.size === 0) return [];
  let first = 0;
  while (drop.has(first)) first++;
  if (first === count) {
    const isReplaced = inserted.some(({ from, to }) => to > from);
    return isReplaced ? [] : [{ from: starts[0] as number, to: ends[count - 1] as number, put: [] }];
  }
  return [...drop].map((entry) =>
    entry < first
      ? { from: starts[entry] as number, to: starts[entry + 1] as number, put: [] }
      : { from: ends[entry - 1] as number, to: ends[entry] as number, put: [] },
  );
}
