import { Random } from './random.js';

/** Look-ups for all places together, one or two seconds; and for one place, which in small designs tries every row. */
const WORK = 5e8;
const WORK_FOR_A_PLACE = 20_000;
/** The pairs that are counted take no more of the work for a place than one in so many, each time. */
const PAIRS_SHARE = 12;
/** Tables of pairs have no more cells than this together. */
const MOST_CELLS = 2 ** 22;

/**
 * An order of the rows in which every beginning is a usable design: each factor's levels have come about equally
 * often, and after that each pair of levels. In a full factorial how often two levels of a factor have come differs
 * by 2 at most, now and then 3; among a million rows 4. A level that runs out is no longer waited for.
 * `columns[f][row]` is a level's number; numbers start at 0 and leave no large gaps.
 *
 * Greedy: next is the row whose levels have come least so far, among as many as can be tried.
 */
export function balancedOrder(columns: readonly Uint32Array[], seed: number): Uint32Array {
  const count = columns[0]?.length ?? 0;
  const order = new Random(seed, 'balance').shuffle(Uint32Array.from({ length: count }, (_, row) => row));
  const work = Math.min(WORK / count, WORK_FOR_A_PLACE);
  const tally = new Tally(columns, order, work);
  for (let place = 0; place < count; place++) {
    const rarest = tally.rarest(place, work);
    tally.add(rarest);
    tally.swap(place, rarest);
    swap(order, place, rarest);
  }
  return order;
}

/** How often each level, and each pair of levels, has come. */
class Tally {
  readonly #factors: number;
  /** The level of each factor, row by row in the order given; all levels of all factors are numbered through. */
  readonly #rows: Uint32Array;
  readonly #singles: Uint32Array;
  /** For each pair of factors: one, the other, and two numbers that make a place in #counts of their levels. */
  readonly #pairs: Int32Array;
  readonly #counts: Uint32Array;
  /** Where trying goes on. */
  #next = 0;

  constructor(columns: readonly Uint32Array[], order: Uint32Array, work: number) {
    const sizes = columns.map((column) => 1 + column.reduce((most, level) => Math.max(most, level), 0));
    const starts = sizes.map((_, f) => sum(sizes.slice(0, f)));
    this.#factors = columns.length;
    this.#rows = inRows(columns, starts, order);
    this.#singles = new Uint32Array(sum(sizes));
    const pairs = pairsOf(sizes).slice(0, Math.floor(work / PAIRS_SHARE));
    let total = 0;
    this.#pairs = Int32Array.from(
      pairs.flatMap(({ f, g, cells }) => {
        const width = sizes[g] as number;
        const base = total - (starts[f] as number) * width - (starts[g] as number);
        total += cells;
        return [f, g, width, base];
      }),
    );
    this.#counts = new Uint32Array(total);
  }

  /**
   * Of the places from `first` on the one whose levels came least, and of such the one whose pairs did. Tries all,
   * or as many as `work` allows: as they are in a random order, those are a random sample.
   */
  rarest(first: number, work: number): number {
    // Everything this loop reads is local: it runs a hundred million times.
    const [factors, rows, singles] = [this.#factors, this.#rows, this.#singles];
    const workForPairs = this.#pairs.length / 2;
    const start = Math.max(first, this.#next) * factors;
    let at = start;
    let left = work;
    let best = start;
    let fewest = 0xffff_ffff;
    let fewestPairs = 0xffff_ffff;
    do {
      let came = 0;
      for (let f = 0; f < factors; f++) came += singles[rows[at + f] as number] as number;
      left -= factors;
      if (came <= fewest) {
        const pairs = this.#pairsCame(at);
        left -= workForPairs;
        if (came < fewest || pairs < fewestPairs) [best, fewest, fewestPairs] = [at, came, pairs];
      }
      at += factors;
      if (at === rows.length) at = first * factors;
    } while (left > 0 && at !== start);
    this.#next = at / factors;
    return best / factors;
  }

  add(place: number): void {
    const at = place * this.#factors;
    for (let f = 0; f < this.#factors; f++) increment(this.#singles, this.#rows[at + f] as number);
    for (let p = 0; p < this.#pairs.length; p += 4) increment(this.#counts, this.#cell(p, at));
  }

  swap(a: number, b: number): void {
    for (let f = 0; f < this.#factors; f++) swap(this.#rows, a * this.#factors + f, b * this.#factors + f);
  }

  #pairsCame(at: number): number {
    let came = 0;
    for (let p = 0; p < this.#pairs.length; p += 4) came += this.#counts[this.#cell(p, at)] as number;
    return came;
  }

  #cell(p: number, at: number): number {
    const [pairs, rows] = [this.#pairs, this.#rows];
    const one = rows[at + (pairs[p] as number)] as number;
    const other = rows[at + (pairs[p + 1] as number)] as number;
    // In 32 bits, where what does not fit in between cancels out.
    return (Math.imul(one, pairs[p + 2] as number) + other + (pairs[p + 3] as number)) | 0;
  }
}

function inRows(columns: readonly Uint32Array[], starts: readonly number[], order: Uint32Array): Uint32Array {
  const rows = new Uint32Array(order.length * columns.length);
  for (const [f, column] of columns.entries()) {
    const start = starts[f] as number;
    for (let place = 0; place < order.length; place++) {
      rows[place * columns.length + f] = start + (column[order[place] as number] as number);
    }
  }
  return rows;
}

/** Pairs of factors, those with the fewest pairs of levels first, as long as their tables are small enough. */
function pairsOf(sizes: readonly number[]): { f: number; g: number; cells: number }[] {
  const pairs = sizes.flatMap((height, f) =>
    sizes.slice(f + 1).map((width, i) => ({ f, g: f + 1 + i, cells: height * width })),
  );
  pairs.sort((a, b) => a.cells - b.cells || a.f - b.f || a.g - b.g);
  let total = 0;
  return pairs.filter(({ cells }) => (total += cells) <= MOST_CELLS);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function increment(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

function swap(items: Uint32Array, a: number, b: number): void {
  const kept = items[a] as number;
  items[a] = items[b] as number;
  items[b] = kept;
}
