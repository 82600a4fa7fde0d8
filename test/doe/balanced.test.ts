import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedOrder } from '../../src/doe/designs/balanced.js';
import { factorial } from '../../src/doe/designs/factorial.js';
import { Random } from '../../src/doe/designs/random.js';

type Columns = Uint32Array[];

function columnsOfFactorial(counts: readonly number[]): Columns {
  const points = factorial(counts);
  const columns = counts.map(() => new Uint32Array(points.count));
  const point = new Float64Array(counts.length);
  for (let row = 0; row < points.count; row++) {
    points.fill(row, point);
    columns.forEach((column, f) => (column[row] = point[f]!));
  }
  return columns;
}

/** The same pairs of levels as one column each. */
function pairsOf(columns: Columns): Columns {
  return columns.flatMap((a, f) =>
    columns.slice(f + 1).map((b) => {
      const width = 1 + Math.max(...b);
      return a.map((level, row) => level * width + b[row]!);
    }),
  );
}

/** Of each beginning: how often the commonest level of a column came, less how often the rarest did; the largest. */
function spreads(columns: Columns, order: Uint32Array): number[] {
  const tallies = columns.map(
    (column) => new Tally(1 + column.reduce((most, level) => Math.max(most, level), 0)),
  );
  return Array.from(order, (row) => {
    columns.forEach((column, f) => tallies[f]!.add(column[row]!));
    return Math.max(...tallies.map(({ spread }) => spread));
  });
}

class Tally {
  readonly #counts: number[];
  /** How many levels came exactly so often. */
  readonly #levels = new Map<number, number>();
  #fewest = 0;
  #most = 0;

  constructor(levels: number) {
    this.#counts = Array.from({ length: levels }, () => 0);
    this.#levels.set(0, levels);
  }

  get spread(): number {
    return this.#most - this.#fewest;
  }

  add(level: number): void {
    const came = this.#counts[level]!;
    this.#counts[level] = came + 1;
    this.#levels.set(came, this.#levels.get(came)! - 1);
    this.#levels.set(came + 1, (this.#levels.get(came + 1) ?? 0) + 1);
    this.#most = Math.max(this.#most, came + 1);
    if (this.#levels.get(this.#fewest) === 0) this.#fewest++;
  }
}

function shuffled(count: number): Uint32Array {
  return new Random(1, 'test').shuffle(Uint32Array.from({ length: count }, (_, row) => row));
}

const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const anyColumns = fc
  .tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 }),
  )
  .chain(([rows, levels]) =>
    fc.tuple(
      ...levels.map((count) =>
        fc
          .array(fc.nat(count - 1), { minLength: rows, maxLength: rows })
          .map((column) => Uint32Array.from(column)),
      ),
    ),
  );

describe('a balanced order', () => {
  it('has every row once, whatever the columns', () => {
    fc.assert(
      fc.property(anyColumns, fc.nat(), (columns, seed) => {
        const order = balancedOrder(columns, seed);
        expect([...order].sort((a, b) => a - b)).toEqual([...columns[0]!.keys()]);
      }),
    );
    expect([...balancedOrder([], 1)]).toEqual([]);
    expect([...balancedOrder([new Uint32Array(0)], 1)]).toEqual([]);
  });

  it('keeps the levels of a full factorial within 2 of each other, wherever it is stopped', () => {
    for (const counts of [
      [2, 2, 2],
      [7],
      [3, 3],
      [4, 3, 5],
      [10, 10],
      [7, 11],
      [2, 3, 4, 5, 6],
      [5, 5, 5, 5],
    ]) {
      const columns = columnsOfFactorial(counts);
      expect(Math.max(...spreads(columns, balancedOrder(columns, 1)))).toBeLessThanOrEqual(2);
    }
  });

  it('keeps them within 3 in any full factorial, with any seed', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.nat(), (counts, seed) => {
        const columns = columnsOfFactorial(counts);
        expect(Math.max(...spreads(columns, balancedOrder(columns, seed)))).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('shows each level of the largest factor before any other level comes a third time', () => {
    const columns = columnsOfFactorial([8, 5, 3]);
    const first = balancedOrder(columns, 1).subarray(0, 8);
    expect(new Set(Array.from(first, (row) => columns[0]![row])).size).toBe(8);
  });

  it('spreads the pairs of levels too, far better than chance', () => {
    const columns = columnsOfFactorial([4, 4, 4, 4, 2]);
    const pairs = pairsOf(columns);
    const balanced = spreads(pairs, balancedOrder(columns, 1));
    const plain = spreads(pairs, shuffled(512));
    expect(mean(balanced)).toBeLessThan(0.4 * mean(plain));
    expect(Math.max(...balanced)).toBeLessThan(0.5 * Math.max(...plain));
  });

  it('is far better than a shuffle in a design with holes and very unequal levels', () => {
    const whole = columnsOfFactorial([6, 6, 6, 5]);
    const random = new Random(1, 'holes');
    const kept = shuffled(1080).filter((row) => whole[0]![row]! + whole[1]![row]! < 8 && random.unit() < 0.7);
    const columns = whole.map((column) => kept.map((row) => column[row]!));
    // In the first third no level has run out.
    const third = Math.floor(kept.length / 3);
    const balanced = spreads(columns, balancedOrder(columns, 1)).slice(0, third);
    const plain = spreads(columns, shuffled(kept.length)).slice(0, third);
    expect(Math.max(...balanced)).toBeLessThanOrEqual(2);
    expect(Math.max(...plain)).toBeGreaterThan(8);
  });

  it('depends on the seed and on nothing else', () => {
    const columns = columnsOfFactorial([5, 5, 5]);
    expect(balancedOrder(columns, 1)).toEqual(balancedOrder(columns, 1));
    expect(balancedOrder(columns, 1)).not.toEqual(balancedOrder(columns, 2));
  });

  it('is not misled by level numbers whose products exceed 32 bits', () => {
    const constant = (level: number) => new Uint32Array(400).fill(level);
    const column = (level: (row: number) => number) =>
      Uint32Array.from({ length: 400 }, (_, row) => level(row));
    const others = [
      column((row) => (row === 0 ? 1999 : row % 10)),
      column((row) => (row === 1 ? 1999 : (row / 10) % 10)),
    ];
    const high = balancedOrder([constant(3_000_000), ...others], 1);
    expect(high).toEqual(balancedOrder([constant(0), ...others], 1));
  });

  it('orders a million rows of six factors within seconds, and keeps their levels within 5', () => {
    const columns = columnsOfFactorial([10, 10, 10, 10, 10, 10]);
    const order = balancedOrder(columns, 1);
    const seen = new Uint8Array(1e6);
    for (const row of order) seen[row] = 1;
    expect(seen.every((times) => times === 1)).toBe(true);
    // Beginnings of 100,000 are enough to tell it from a shuffle.
    expect(Math.max(...spreads(columns, order.subarray(0, 100_000)))).toBeLessThanOrEqual(5);
  });
});
