import { fit, harmless } from './screen-text.js';

/** Asking the user, where there is a terminal to ask on. All of it is on stderr: stdout holds data alone. */
export interface Terminal {
  /** Whether anybody can answer. */
  readonly isInteractive: boolean;
  /** How wide it is. */
  readonly columns: number;
  /** Whether it shows more than ASCII. */
  readonly isUnicode: boolean;
  /**
   * Asks until `check` accepts; it returns what is wrong, or undefined. Enter alone takes the suggestion, which
   * Backspace takes away. Fails with `Cancelled` on Ctrl-C, as all questions do.
   */
  ask(question: string, check: Check, signal?: AbortSignal, suggestion?: string): Promise<string>;
  /** One of the choices, by its value, `preset` where nothing else is chosen; what `typed` makes of other words too. */
  choose(question: string, choices: readonly Choice[], preset?: string, typed?: Typed): Promise<string>;
  confirm(question: string, preset: boolean): Promise<boolean>;
  /** Shows whole lines. */
  tell(lines: readonly string[]): void;
}

export type Check = (answer: string) => string | undefined;

export interface Choice {
  readonly value: string;
  /** A word or a few; it is found by its first letters. */
  readonly name: string;
  /** Stands beside it. */
  readonly description?: string;
}

/** Makes a choice of words that are none of the list, or says what is wrong with them. */
export type Typed = (words: string) => Choice | string;

/** The user pressed Ctrl-C at a question, or Ctrl-D. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export function realTerminal(): Terminal {
  return {
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    get columns() {
      return columns();
    },
    isUnicode: showsUnicode(process.env),
    ask(message, check, signal, suggestion) {
      const validate = (text: string) => check(text) ?? true;
      return put({ type: 'input', message, validate, ...optional({ default: suggestion }) }, signal);
    },
    choose(message, choices, preset, typed) {
      const list = { message, pageSize: pageSize(), ...optional({ default: preset }) };
      if (!typed) return put({ type: 'select', choices: listed(choices), ...list });
      const source = (words = '') => found(choices, typed, words.trim());
      const isListed = choices.some(({ value }) => value === preset);
      return put({
        type: 'search',
        source,
        ...list,
        ...optional({ initialValue: isListed ? undefined : preset }),
      });
    },
    confirm: (message, preset) => put({ type: 'confirm', message, default: preset }),
    tell(lines) {
      process.stderr.write(lines.map((line) => `${harmless(line)}\n`).join(''));
    },
  };
}

/** So many choices are shown at once, where there is room. */
const PAGE = 14;
/** Lines of a list that are no choices. */
const AROUND = 5;
/** Before each choice. */
const MARGIN = 3;

interface Question extends Record<string, unknown> {
  readonly type: 'input' | 'select' | 'search' | 'confirm';
  readonly message: string;
}

async function put<Answer extends string | boolean>(question: Question, signal?: AbortSignal): Promise<Answer> {
  // Loaded when there is something to ask: it would double the time to start.
  const { default: inquirer } = await import('inquirer');
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave();
  // Ctrl-D closes the input, and the question alone would wait on.
  process.stdin.once('pause', leave);
  const prompt = inquirer.createPromptModule({ output: process.stderr, signal: leaving.signal });
  try {
    const { answer } = await prompt<{ answer: unknown }>([{ ...question, name: 'answer' }]);
    return answer as Answer;
  } catch (error) {
    if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)) throw new Cancelled();
    throw error;
  } finally {
    signal?.removeEventListener('abort', leave);
    process.stdin.removeListener('pause', leave);
  }
}

/** The choices that begin with the words, or else what the words themselves stand for, and the others below. */
function found(choices: readonly Choice[], typed: Typed, words: string): readonly object[] {
  const begun = choices.filter(({ name }) => name.toLowerCase().startsWith(words.toLowerCase()));
  if (begun.length > 0) return listed(begun);
  const meant = typed(words);
  return typeof meant === 'string' ? [{ value: '', name: meant, disabled: ' ' }] : listed([meant, ...choices]);
}

function listed(choices: readonly Choice[]): readonly object[] {
  const widest = Math.max(...choices.map(({ name }) => name.length));
  return choices.map(({ value, name, description }) => ({
    value,
    name: harmless(
      description === undefined ? name : fit(`${name.padEnd(widest)}  ${description}`, columns() - MARGIN),
    ),
    short: name,
  }));
}

function pageSize(): number {
  return Math.max(2, Math.min(PAGE, (process.stderr.rows || PAGE) - AROUND));
}

function columns(): number {
  return process.stderr.columns || 80;
}

/** By the locale; the console of Linux itself draws few signs. */
function showsUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '') && TERM !== 'linux';
}

function optional(given: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
