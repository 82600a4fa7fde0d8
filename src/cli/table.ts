import { widthOf } from '../ports/screen-text.js';
import { cut, painted, type Page, type Words } from './page.js';

export interface Column {
  readonly title: string;
  /** What its longest cell needs. */
  readonly width: number;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** It may be cut to so many columns where there is no room; without it, it is shown whole or not at all. */
  readonly least?: number;
  /** The higher, the sooner it is left out; without it, it stays. */
  readonly drop?: number;
}

const BETWEEN = 2;

/** Lines up cells; all widths are settled before the first row, so that a million rows need not be kept. */
export class Table {
  readonly #page: Page;
  readonly #columns: readonly Column[];
  /** 0: left out. */
  readonly #widths: readonly number[];

  constructor(page: Page, columns: readonly Column[]) {
    this.#page = page;
    this.#columns = columns;
    this.#widths = widthsOf(columns, page.columns);
  }

  get head(): string {
    return this.row(this.#columns.map(({ title }) => ({ text: title, tone: 'faint' })));
  }

  row(cells: readonly Words[]): string {
    const shown = this.#widths.flatMap((width, i) => (width > 0 ? [{ width, i }] : []));
    const last = shown.at(-1)?.i;
    const parts = shown.map(({ width, i }) => {
      const { text, tone } = cells[i] ?? { text: '' };
      const fitting = cut(text, width);
      const space =
        i === last && !this.#columns[i]?.right ? '' : ' '.repeat(Math.max(0, width - widthOf(fitting)));
      const colour = painted(this.#page, fitting, tone);
      return this.#columns[i]?.right ? space + colour : colour + space;
    });
    const text = parts.join(' '.repeat(BETWEEN));
    // A row that ends in nothing has no spaces at its end.
    return this.#page.isColoured ? text : text.trimEnd();
  }
}

/** What each column gets, and 0 where it is left out. */
function widthsOf(columns: readonly Column[], page: number | undefined): number[] {
  const widths = columns.map(({ width, title }) => Math.max(width, widthOf(title)));
  if (page === undefined) return widths;
  // Half of its wish, or its least, is what one that can be cut is held to before others are left out.
  const held = (i: number): number => {
    const { least } = columns[i] as Column;
    return least === undefined ? (widths[i] as number) : Math.min(widths[i] as number, least);
  };
  const needed = (): number => {
    const shown = widths.flatMap((width, i) => (width > 0 ? [held(i)] : []));
    return shown.reduce((sum, width) => sum + width, 0) + BETWEEN * (shown.length - 1);
  };
  for (const i of dropOrder(columns)) {
    if (needed() <= page) break;
    widths[i] = 0;
  }
  return shrunk(widths, page, held);
}

function dropOrder(columns: readonly Column[]): number[] {
  return columns
    .flatMap(({ drop }, i) => (drop === undefined ? [] : [{ i, drop }]))
    .sort((a, b) => b.drop - a.drop)
    .map(({ i }) => i);
}

/** Takes what is too much from the widest that can be cut. */
function shrunk(wanted: readonly number[], page: number, held: (i: number) => number): number[] {
  const widths = [...wanted];
  const total = (): number =>
    widths.reduce((sum, width) => sum + width, 0) + BETWEEN * (widths.filter((width) => width > 0).length - 1);
  const least = wanted.map((width, i) => (width === 0 ? 0 : held(i)));
  for (let excess = total() - page; excess > 0; excess = total() - page) {
    const spare = widths.map((width, i) => width - (least[i] as number));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] as number) <= 0) return narrowest(widths, page);
    // Down to what the next one has, that all give the same in the end.
    const others = spare.filter((_, i) => i !== widest);
    const step = Math.max(1, Math.min(excess, (spare[widest] as number) - Math.max(0, ...others)));
    widths[widest] = (widths[widest] as number) - step;
  }
  return widths;
}

/** Where not even that is room: what does not fit from the left is left out. */
function narrowest(widths: readonly number[], page: number): number[] {
  let room = page;
  return widths.map((width) => {
    if (width === 0 || room <= 0) return 0;
    const given = Math.min(width, room);
    room -= given + BETWEEN;
    return given;
  });
}
