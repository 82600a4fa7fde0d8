import { DESIGNS, STYLES } from '../doe/experiment.js';
import { VERBS as LEGACY } from './spelling.js';
import { STATES } from './program-status.js';
import type { Flag, Tree, Verb, Word } from './program-tree.js';

/** What a shell offers in some place: these words, or what it finds out when it gets there. */
export type Kind =
  { readonly is: 'words'; readonly words: readonly string[] } | { readonly is: Found | 'nothing' };

/** `command`: a command line of the user's, to its end. */
type Found =
  | 'schedule'
  | 'file'
  | 'folder'
  | 'command'
  | 'profile'
  /** One entry by its number. */
  | 'entry'
  /** Such as `1,4,7-9`. */
  | 'selection'
  | 'worker'
  | 'host';

/** What `cooperate __complete` is asked for; the rest the shells know by themselves. */
export const ASKED: readonly Found[] = ['schedule', 'profile', 'entry', 'selection', 'worker', 'host'];

const BY_NAME: Readonly<Record<string, Found>> = {
  schedule: 'schedule',
  file: 'file',
  list: 'file',
  folder: 'folder',
  index: 'entry',
  entry: 'entry',
  entries: 'selection',
  selection: 'selection',
  worker: 'worker',
  host: 'host',
  command: 'command',
};

/** Where the name of a value says too little, and where some of what is possible can be named. */
const BY_FLAG: Readonly<Record<string, Kind>> = {
  '--profile': { is: 'profile' },
  '--design': { is: 'words', words: DESIGNS },
  '--as': { is: 'words', words: STYLES },
  '--state': { is: 'words', words: STATES },
  '--host': { is: 'host' },
  '--worker': { is: 'worker' },
  '--gpus': { is: 'words', words: ['all'] },
  // Run by a shell: the first word of many, quoted as one.
  '--on-failure': { is: 'nothing' },
  '--on-finish': { is: 'nothing' },
};

export interface CompletedFlag extends Flag {
  /** Undefined for one that takes no value. */
  readonly kind: Kind | undefined;
}

export interface CompletedVerb extends Omit<Verb, 'notes' | 'flags' | 'words'> {
  readonly flags: readonly CompletedFlag[];
  readonly words: readonly (Word & { readonly kind: Kind })[];
}

export interface Completed {
  readonly name: string;
  readonly version: string;
  readonly verbs: readonly CompletedVerb[];
  /** The original's spellings, such as --run, in place of a verb. */
  readonly legacy: readonly CompletedVerb[];
  /** Of the program itself. */
  readonly flags: readonly CompletedFlag[];
}

export function completed({ name, version, verbs, flags }: Tree): Completed {
  const all = verbs.map(({ words, flags, ...verb }) => ({
    ...verb,
    words: words.map((word) => ({ ...word, kind: kindOf(word.name, word.choices) })),
    flags: flags.map(completedFlag),
  }));
  const legacy = all.filter((verb) => (LEGACY as readonly string[]).includes(verb.name));
  return { name, version, verbs: all, legacy, flags: flags.map(completedFlag) };
}

function completedFlag(flag: Flag): CompletedFlag {
  const { names, value } = flag;
  const special = names.map((name) => BY_FLAG[name]).find((kind) => kind !== undefined);
  return { ...flag, kind: value && (special ?? kindOf(value.name, value.choices)) };
}

function kindOf(name: string, choices: readonly string[]): Kind {
  return choices.length > 0 ? { is: 'words', words: choices } : { is: BY_NAME[name] ?? 'nothing' };
}
