import { isUtf8 } from 'node:buffer';
import { DesignProblem } from '../doe/designs/points.js';
import { Failure } from '../failure.js';
import { textStart } from './encoding.js';
import { placeOf } from './place.js';
import { scan } from './scan.js';
import { commandWords } from './shell-words.js';
import { argvOf } from './slots.js';
import { NotASchedule, type ScheduleText } from './text.js';

/** Commands that somebody has listed. */
export interface CommandList {
  readonly argvs: readonly (readonly string[])[];
  /** Entries of the list that are marked, and not among them. */
  readonly marked: number;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Reads a schedule, JSON lines of lists, or a command a line as for a shell. `name` is what messages call it. */
export function readCommands(bytes: Buffer, name: string): CommandList {
  if (!isUtf8(bytes)) throw notReadable(name, 'it is not UTF-8 text');
  const text = bytes.toString('utf8', textStart(bytes));
  const first = text.trimStart()[0];
  if (first === '[' && !/^\s*\[ /.test(text)) return fromJson(bytes, text, name);
  if (first === '{') throw notReadable(name, 'it holds JSON objects');
  return { argvs: commandLines(text).map((line) => wordsIn(line, name)), marked: 0 };
}

function fromJson(bytes: Buffer, text: string, name: string): CommandList {
  try {
    return entriesOf([scan(bytes)]);
  } catch (error) {
    if (!(error instanceof NotASchedule)) throw error;
    const lines = linesOf(text).filter(({ text }) => !/^\s*(?:#|\/\/|$)/.test(text));
    const [begin, ...others] = lines.map(asSchedule);
    // Not even the first line is a list of its own: it was meant as one schedule.
    if (!begin || begin instanceof NotASchedule) throw unusableAt(bytes, name, error);
    const texts = others.map((one, i) => {
      if (one instanceof NotASchedule) throw badLine(lines[i + 1] as Line, name, one);
      return one;
    });
    return entriesOf([begin, ...texts]);
  }
}

function asSchedule({ text }: Line): ScheduleText | NotASchedule {
  try {
    return scan(Buffer.from(`[${text}\n]`));
  } catch (error) {
    if (error instanceof NotASchedule) return error;
    throw error;
  }
}

function entriesOf(texts: readonly ScheduleText[]): CommandList {
  const argvs: string[][] = [];
  let marked = 0;
  for (const text of texts) {
    for (let entry = 0; entry < text.count; entry++) {
      if (text.marked[entry] === 1) marked++;
      else argvs.push(argvOf(text, entry));
    }
  }
  return { argvs, marked };
}

function linesOf(text: string): Line[] {
  return text.split(/\r?\n/).map((line, i) => ({ number: i + 1, text: line }));
}

/** Without comments and blank lines; one that ends in a backslash goes on in the next. */
function commandLines(text: string): Line[] {
  const lines: Line[] = [];
  let begun: Line | undefined;
  for (const line of linesOf(text)) {
    const whole: Line = begun ? { ...begun, text: `${begun.text}${line.text}` } : line;
    const goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(line.text) && !/^\s*#/.test(whole.text);
    begun = goesOn ? { ...whole, text: whole.text.slice(0, -1) } : undefined;
    if (!goesOn) lines.push(whole);
  }
  if (begun) lines.push(begun);
  return lines.filter(({ text }) => !/^\s*(?:#|$)/.test(text));
}

function wordsIn({ number, text }: Line, name: string): string[] {
  try {
    return commandWords(text);
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    const { problem, remedy } = error;
    throw new Failure({ reason: 'usage', problem: `${name}:${number}: ${problem}`, remedy }, { cause: error });
  }
}

function badLine({ number, text }: Line, name: string, { problem, offset = 1 }: NotASchedule): Failure {
  return unusableAt(Buffer.from(text), name, new NotASchedule(problem, offset - 1), number);
}

/** `number` is that of the line, where it is not the first of `bytes`. */
function unusableAt(bytes: Buffer, name: string, { problem, offset = 0 }: NotASchedule, number = 1): Failure {
  const { line, column, excerpt, caret } = placeOf(bytes, offset);
  return new Failure({
    reason: 'usage',
    problem: `${name}:${line + number - 1}:${column}: ${problem}`,
    remedy: `${excerpt}\n${' '.repeat(caret)}^`,
  });
}

function notReadable(name: string, why: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${name} is no list of commands: ${why}.`,
    remedy:
      'Give a command a line, as for a shell, or JSON: a schedule, or a line for each ["python", "main.py"].',
  });
}
