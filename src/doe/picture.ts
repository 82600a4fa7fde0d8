import { plainName, type Experiment } from './experiment.js';
import { numberText } from './factors/number.js';
import type { Plan } from './plan.js';
import { logLength } from './factors/scale.js';
import type { Space } from './factors/space.js';

/** A numeric factor along an axis of a picture. */
export interface Axis {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Even in the logarithm; both ends have the same sign then. */
  readonly isLog: boolean;
}

/** Points to be drawn: over one axis, or over two, the second upwards. */
export interface Cloud {
  readonly axes: readonly Axis[];
  /** One place for each axis, within its ends. */
  readonly points: readonly (readonly number[])[];
}

/** More points than this make no better picture. */
const MOST_POINTS = 4000;
/** Signs within the frame; so many that 2, 3, 4, 5 and 7 points stand evenly. */
const WIDTH = 49;
const LEAST_WIDTH = 10;
const HEIGHT = 9;
/** More points than this are told apart better as dots. */
const MANY = 150;

/** The runs over the first two factors that are numbers and vary; undefined where there is none. */
export function cloudOf(plan: Plan): Cloud | undefined {
  const stride = Math.max(1, plan.count / MOST_POINTS);
  const runs = Array.from({ length: Math.ceil(plan.count / stride) }, (_, i) =>
    plan.values(Math.floor(i * stride)),
  );
  const axes = spacesOf(plan.experiment)
    .map(([name, spaces]) => axisOf(name, spaces, runs.map((values) => values.get(name)).filter(isPresent)))
    .filter(isPresent)
    .slice(0, 2);
  if (axes.length === 0) return undefined;
  const points = runs.map((values) => axes.map(({ name }) => values.get(name)));
  return { axes, points: points.filter((point) => point.every((x) => typeof x === 'number')) };
}

/** By plain name, in the order of the factors: what a factor can be, in one block or another. */
function spacesOf({ blocks }: Experiment): [name: string, spaces: Space[]][] {
  const spaces = new Map<string, Space[]>();
  for (const { name, space } of blocks.flatMap(({ factors }) => factors))
    spaces.set(plainName(name), [...(spaces.get(plainName(name)) ?? []), space]);
  return [...spaces];
}

function axisOf(name: string, spaces: readonly Space[], values: readonly unknown[]): Axis | undefined {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return undefined;
  const [low, high] = rangeOf([
    ...numbers,
    ...spaces.flatMap((space) => ('low' in space ? [space.low, space.high] : [])),
  ]);
  if (!(low < high)) return undefined;
  const isLog = spaces.some(({ is }) => is === 'log' || is === 'loguniform') && low * Math.sign(high) > 0;
  return { name, low, high, isLog };
}

function rangeOf(numbers: readonly number[]): [low: number, high: number] {
  return numbers.reduce<[number, number]>(
    ([low, high], x) => [Math.min(low, x), Math.max(high, x)],
    [Infinity, -Infinity],
  );
}

/** Draws the points with their ranges on the axes, at most `columns` wide; in ASCII, but many as dots where `isUnicode`. */
export function picture({ axes, points }: Cloud, { columns, isUnicode }: Style): string[] {
  const [across, up] = axes as [Axis, Axis?];
  const labels = up ? [up.high, up.low].map(numberText) : [''];
  const margin = ' '.repeat(Math.max(...labels.map((label) => label.length)) + INDENT.length);
  const width = Math.max(LEAST_WIDTH, Math.min(WIDTH, columns - margin.length - 2));
  const height = up ? HEIGHT : 1;
  const canvas = new Canvas(width, height, isUnicode && up !== undefined && points.length > MANY);
  for (const [x, y] of points) canvas.put(share(across, x as number), up ? share(up, y as number) : 0);
  const rows = canvas.rows().map((row, r) => {
    const label = r === 0 ? labels[0] : r === height - 1 ? labels[1] : '';
    return `${(label ?? '').padStart(margin.length)} |${row}`.trimEnd();
  });
  const [low, high] = [numberText(across.low), numberText(across.high)];
  return [
    ...(up ? [`${margin}  ${title(up)}`] : []),
    ...rows,
    `${margin} +${'-'.repeat(width)}`,
    `${margin}  ${low}${high.padStart(Math.max(high.length + 1, width - low.length))}`,
    `${margin}  ${centred(title(across), width)}`,
    ...(canvas.hasCounts ? [`${margin}  2-9: so many points in one place; #: ten or more`] : []),
  ];
}

interface Style {
  readonly columns: number;
  readonly isUnicode: boolean;
}

const INDENT = '  ';

function title({ name, isLog }: Axis): string {
  return isLog ? `${name} (log)` : name;
}

function centred(text: string, width: number): string {
  return ' '.repeat(Math.max(0, Math.floor((width - text.length) / 2))) + text;
}

/** How far along its axis a value lies, 0 to 1. */
function share({ low, high, isLog }: Axis, x: number): number {
  // In halves, as the difference of two great numbers may be too great.
  const along = isLog
    ? logLength({ low, high: x }) / logLength({ low, high })
    : (x / 2 - low / 2) / (high / 2 - low / 2);
  // Ends that are hardly apart have no logarithms that are.
  return along > 0 ? Math.min(1, along) : 0;
}

/** A frame of signs in which points are counted. */
class Canvas {
  hasCounts = false;
  private readonly counts = new Map<number, number>();
  private readonly across: number;
  private readonly up: number;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly isDotted: boolean,
  ) {
    this.across = width * (isDotted ? 2 : 1);
    this.up = height * (isDotted ? 4 : 1);
  }

  /** From the lower left corner; both 0 to 1. */
  put(x: number, y: number): void {
    const row = Math.round((1 - y) * (this.up - 1));
    const at = row * this.across + Math.round(x * (this.across - 1));
    this.counts.set(at, (this.counts.get(at) ?? 0) + 1);
    if (!this.isDotted && this.counts.get(at) === 2) this.hasCounts = true;
  }

  rows(): string[] {
    return Array.from({ length: this.height }, (_, row) =>
      Array.from({ length: this.width }, (_, column) => this.sign(row, column)).join(''),
    );
  }

  private sign(row: number, column: number): string {
    if (!this.isDotted) {
      const count = this.counts.get(row * this.across + column) ?? 0;
      return count === 0 ? ' ' : count === 1 ? '*' : count < 10 ? String(count) : '#';
    }
    let dots = 0;
    for (const [place, dot] of DOTS.entries()) {
      const at = (row * 4 + (place % 4)) * this.across + column * 2 + Math.floor(place / 4);
      if (this.counts.has(at)) dots += dot;
    }
    return dots === 0 ? ' ' : String.fromCodePoint(BLANK + dots);
  }
}

/** Unicode's braille patterns: what each dot adds to the blank one, the left column downwards, then the right one. */
const DOTS = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
const BLANK = 0x2800;

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
