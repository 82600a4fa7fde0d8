import type { Size } from '../ports/screen-full.js';
import type { Snapshot, StateName } from '../survey/types.js';
import type { Key } from './keys.js';
import type { LogLines } from './log-lines.js';

/** What the live view knows and what it is about to do; everything that is shown follows from it. */
export interface Model {
  /** As the user typed it. */
  readonly schedule: string;
  readonly size: Size;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** For people, in milliseconds since 1970. */
  readonly now: number;
  readonly seen: Seen | undefined;
  /** Why the last look failed. */
  readonly trouble: string | undefined;
  /** The pages that were opened one from another; the last one is shown. */
  readonly pages: readonly Page[];
  readonly filter: Filter;
  /** The text being typed after `/`. */
  readonly typing: string | undefined;
  /** Entries that pass the filter, ascending; undefined stands for all. */
  readonly matches: Uint32Array | undefined;
  /** Whether these are still those of an earlier filter. */
  readonly sifting: boolean;
  readonly cursors: Readonly<Record<Exclude<Page, 'entry'>, Cursor>>;
  /** So many characters of the commands are out of sight on the left. */
  readonly aside: number;
  /** The selected entry, which stays selected when others come and go before it. */
  readonly selected: number;
  readonly groups: Grouped | undefined;
  readonly detail: Detail | undefined;
  /** What is put back when the answer is yes. */
  readonly asked: Chosen | undefined;
  /** What became of the last key, until the next one. */
  readonly note: string | undefined;
}

export type Page = 'entries' | 'workers' | 'failures' | 'entry' | 'help';

/** A moment of the schedule. */
export interface Seen {
  readonly snapshot: Snapshot;
  readonly hosts: ReadonlyMap<string, string>;
  /** How fast it goes and how long it will take, in words; shorter and shorter ones. */
  readonly outlook: readonly string[];
  readonly at: number;
}

export interface Filter {
  readonly state?: StateName | undefined;
  readonly text?: string | undefined;
  /** These alone: what failed in one way. */
  readonly group?: Group | undefined;
}

/** Which line of a list is selected, and which is the first on the screen. */
export interface Cursor {
  readonly row: number;
  readonly top: number;
}

/** Entries that failed in the same way. */
export interface Group {
  /** What happened. */
  readonly cause: string;
  /** What the last of them printed last. */
  readonly line?: string | undefined;
  /** Ascending. */
  readonly entries: readonly number[];
}

/** The numbers of entries, as they were then: somebody may take others out of the schedule meanwhile. */
export interface Chosen {
  readonly snapshot: Snapshot;
  readonly entries: readonly number[];
}

/** All that failed, the most frequent kind first. */
export interface Grouped {
  readonly snapshot: Snapshot;
  readonly list: readonly Group[];
}

/** An entry and the log of one of its runs. */
export interface Detail {
  readonly entry: number;
  /** Which of its runs, from 0; undefined is the last one, whichever that is. */
  readonly run: number | undefined;
  /** Of the run whose log is read. */
  readonly attempt: number | undefined;
  readonly log: LogLines | undefined;
  readonly trouble: string | undefined;
  /** First line shown; ignored while following. */
  readonly top: number;
  readonly follow: boolean;
  /** So many columns of each line are out of sight on the left. */
  readonly left: number;
}

export type Event =
  | { readonly is: 'key'; readonly key: Key }
  | { readonly is: 'size'; readonly size: Size }
  | { readonly is: 'tick'; readonly now: number }
  /** `isNew` unless nothing happened since. */
  | { readonly is: 'seen'; readonly seen: Seen; readonly isNew: boolean }
  | { readonly is: 'trouble'; readonly text: string | undefined }
  | { readonly is: 'sifted'; readonly filter: Filter; readonly matches: Uint32Array | undefined }
  | { readonly is: 'grouped'; readonly groups: Grouped }
  | { readonly is: 'log'; readonly log: LogLines | undefined; readonly trouble: string | undefined }
  | { readonly is: 'note'; readonly text: string };

/** What somebody else has to do. */
export type Effect =
  | { readonly do: 'leave'; readonly key: 'q' | 'ctrl-c' }
  | { readonly do: 'suspend' }
  | { readonly do: 'repaint' }
  /** Find the entries that pass the filter. */
  | { readonly do: 'sift' }
  /** Find what failed in the same way. */
  | { readonly do: 'group' }
  /** Read the log that `detail` is about, and go on reading it. */
  | { readonly do: 'read' }
  | { readonly do: 'requeue'; readonly chosen: Chosen };

export type Step = readonly [Model, ...Effect[]];

export const START: Cursor = { row: 0, top: 0 };

export function firstModel(schedule: string, size: Size, unicode: boolean, now: number): Model {
  return {
    ...{ schedule, size, unicode, now },
    ...{ seen: undefined, trouble: undefined, pages: ['entries'], filter: {}, typing: undefined },
    ...{ matches: undefined, sifting: false, selected: 0, aside: 0 },
    cursors: { entries: START, workers: START, failures: START, help: START },
    ...{ groups: undefined, detail: undefined, asked: undefined, note: undefined },
  };
}

export function pageOf(model: Model): Page {
  return model.pages.at(-1) ?? 'entries';
}

/** How many entries the list has. */
export function listLength({ matches, seen }: Model): number {
  return matches?.length ?? seen?.snapshot.text.count ?? 0;
}

export function entryInRow({ matches }: Model, row: number): number | undefined {
  return matches ? matches[row] : row;
}

export function isFiltered({ state, text, group }: Filter): boolean {
  return state !== undefined || text !== undefined || group !== undefined;
}
