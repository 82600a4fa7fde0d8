import type { StateName } from '../survey/types.js';
import { fit, widthOf } from '../ports/screen-text.js';
import { showCommand } from './show-command.js';

/** What is printed on: a terminal of some width, or a pipe or file, where lines are as long as they need to be. */
export interface Page {
  readonly columns: number | undefined;
  readonly isColoured: boolean;
}

export type Tone = StateName | 'strong' | 'faint';

const CODES: Readonly<Partial<Record<Tone, string>>> = {
  succeeded: '32',
  running: '36',
  claimed: '36',
  failed: '31',
  lost: '35',
  suspect: '33',
  interrupted: '33',
  strong: '1',
  faint: '2',
};

/** Text as it is, or in the colour of a state. */
export function painted(page: Page, text: string, tone: Tone | undefined): string {
  const code = tone && CODES[tone];
  return page.isColoured && code !== undefined && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
}

export interface Words {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

const INDENT = 2;

/** Made harmless, and cut where the page ends. */
export function cut(text: string, columns: number | undefined): string {
  return fit(text, columns ?? Infinity);
}

/** Words in as many lines as the page needs; all but the first are indented. */
export function flowed(page: Page, words: readonly Words[]): string[] {
  const { columns = Infinity } = page;
  const lines: string[] = [];
  let shown = '';
  let width = 0;
  for (const { text, tone } of words) {
    const isFirst = shown === '';
    const wanted = width + (isFirst ? 0 : 1) + widthOf(text);
    if (!isFirst && wanted > columns) {
      lines.push(shown);
      shown = ' '.repeat(INDENT);
      width = INDENT;
    } else if (!isFirst) {
      shown += ' ';
      width++;
    }
    const fitting = cut(text, columns - width);
    shown += painted(page, fitting, tone);
    width += widthOf(fitting);
  }
  return shown === '' ? lines : [...lines, shown];
}

/** A sentence in as many lines as the page needs; all of it stands `margin` to the right, and what follows 2 more. */
export function sentence(page: Page, text: string, tone?: Tone, margin = 0): string[] {
  const inner = {
    ...page,
    columns: page.columns === undefined ? undefined : Math.max(1, page.columns - margin),
  };
  const words = text.split(' ').map((word) => ({ text: word, tone }));
  return flowed(inner, words).map((one) => ' '.repeat(margin) + one);
}

/** A command to paste; where it is too long a shell reads on in the next line. */
function pasteable(page: Page, command: readonly string[]): string[] {
  const margin = ' '.repeat(INDENT);
  const { columns = Infinity } = page;
  const lines: string[] = [];
  let shown = '';
  command.forEach((part, i) => {
    // Quoted as an argument is, which a command's name need not be.
    const word = showCommand(['-', part]).slice(2);
    const room = columns - (i === command.length - 1 ? 0 : 2);
    if (shown === '') shown = margin + word;
    else if (widthOf(shown) + 1 + widthOf(word) <= room) shown += ` ${word}`;
    else {
      lines.push(`${shown} \\`);
      shown = `${margin}  ${word}`;
    }
  });
  return shown === '' ? lines : [...lines, shown];
}

/** What to do, and the command for it, behind it or below. */
export function remedy(page: Page, text: string, command: readonly string[]): string[] {
  const together = `${text} ${showCommand(command)}`;
  if (widthOf(together) <= (page.columns ?? Infinity)) return [together];
  return [...sentence(page, text), ...pasteable(page, command)];
}

/** After an empty line, if there are any. */
export function* afterBlank(lines: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const text of lines) {
    if (isFirst) yield '';
    isFirst = false;
    yield text;
  }
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** With commas, as large numbers are read. `toLocaleString` would first load the languages of the world: 14 ms. */
export function whole(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
