import { fill, fit, widthOf } from '../ports/screen-text.js';

/** What a piece of text means; only the components know how that looks. */
export type Style = 'title' | 'dim' | 'good' | 'bad' | 'busy' | 'warn' | 'chosen';

export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** One line of the screen; what is in it is harmless and has its final width. */
export type Line = readonly Span[];

export interface Cell {
  readonly text: string;
  /** Columns; the last cell of a row takes what is left. */
  readonly width?: number | undefined;
  readonly right?: boolean | undefined;
  readonly style?: Style | undefined;
}

/** Cells one beside another with a space or two between, in so many columns. */
export function row(cells: readonly Cell[], columns: number, gap = 2): Line {
  const spans: Span[] = [];
  let left = columns;
  for (const [i, { text, width, right, style }] of cells.entries()) {
    const isLast = i === cells.length - 1;
    const wide = Math.max(0, Math.min(left, width ?? left));
    if (left <= 0) break;
    const shown = right ? fit(text, wide).padStart(wide) : isLast ? fit(text, wide) : fill(text, wide);
    const between = isLast ? '' : ' '.repeat(Math.max(0, Math.min(gap, left - wide)));
    spans.push({ text: shown, style });
    if (between !== '') spans.push({ text: between });
    left -= wide + between.length;
  }
  return spans;
}

/** Words in their styles, cut where the screen ends. */
export function words(spans: readonly Span[], columns: number): Line {
  const line: Span[] = [];
  let left = columns;
  for (const { text, style } of spans) {
    if (left <= 0) break;
    const shown = fit(text, left);
    line.push({ text: shown, style });
    left -= widthOf(shown);
  }
  return line;
}

/** Groups of words over as many lines as they need, at most so many. */
export function wrapped(groups: readonly (readonly Span[])[], columns: number, most: number): Line[] {
  const lines: Span[][] = [[]];
  const space = columns < 60 ? ' ' : '  ';
  let used = 0;
  for (const group of groups) {
    const width = group.reduce((sum, { text }) => sum + widthOf(text), 0);
    const gap = used === 0 ? 0 : space.length;
    if (used > 0 && used + gap + width > columns) {
      if (lines.length === most) break;
      lines.push([...group]);
      used = width;
    } else {
      lines.at(-1)?.push(...(gap > 0 ? [{ text: space }] : []), ...group);
      used += gap + width;
    }
  }
  return lines.map((line) => words(line, columns));
}

export function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Something on the left and something on the right, which goes first where there is no room for both. */
export function between(left: readonly Span[], right: readonly Span[], columns: number): Line {
  const [from, to] = [words(left, columns), words(right, columns)];
  const space = columns - widthOfLine(from) - widthOfLine(to);
  return space < 2 || to.length === 0 ? from : [...from, { text: ' '.repeat(space) }, ...to];
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}
