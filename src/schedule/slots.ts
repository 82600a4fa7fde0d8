import { createHash } from 'node:crypto';
import { EntryReader } from './entries.js';
import type { ScheduleText } from './text.js';

const HASH_DIGITS = 20;

/** What a POSIX shell takes as it stands. */
const PLAIN = /^[\w@+=:,./-]+$/;
/** What it takes as it stands, but not as the name of a command. */
const SPECIAL_FIRST = /=|^(?:if|then|elif|else|fi|for|in|do|done|while|until|case|esac)$/;

/** The arguments of entry `i` without its marks; numbers, true and false as they are spelled. */
export function argvOf(text: Pick<ScheduleText, 'bytes' | 'starts'>, i: number): string[] {
  const start = text.starts[i];
  if (start === undefined) throw new RangeError(`no entry ${i} among ${text.starts.length}`);
  return argvAt(text.bytes, start);
}

/** The arguments, without marks, of the entry whose `[` is there. */
export function argvAt(bytes: Buffer, start: number): string[] {
  const reader = new EntryReader(bytes, start);
  const argv: string[] = [];
  while (reader.nextArgument()) {
    const isMark = argv.length === 0 && reader.isMark();
    if (!isMark) argv.push(reader.text());
  }
  return argv;
}

/** Whether two texts hold the same entries in the same order, whatever their marks. */
export function sameEntries(a: ScheduleText, b: ScheduleText): boolean {
  if (a.count !== b.count) return false;
  for (let i = 0; i < a.count; i++)
    if (JSON.stringify(argvOf(a, i)) !== JSON.stringify(argvOf(b, i))) return false;
  return true;
}

/** The hash `h` of a slot `h.k`: the same for equal argvs, on every host and in every version. */
export function slotHash(argv: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(argv), 'utf8').digest('hex').slice(0, HASH_DIGITS);
}

/** The command as a POSIX shell reads it back to the same argv, ready to paste. */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((word, i) => (PLAIN.test(word) && !(i === 0 && SPECIAL_FIRST.test(word)) ? word : quoted(word)))
    .join(' ');
}

/** The arguments with spaces between, as the original prints a command. */
export function spaceJoined(argv: readonly string[]): string {
  return argv.join(' ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
