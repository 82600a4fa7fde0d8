import { DesignProblem, type Points } from './points.js';

const MOST_RUNS = 200;

/** Rows of -1 and 1, orthogonal to each other, the first column all 1. */
type Hadamard = readonly Int8Array[];

/** First rows that Plackett and Burman print and that do not come from squares modulo a prime. */
const FIRST_ROW: Readonly<Record<number, string>> = {
  16: '++++-+-++--+---',
  32: '----+-+-+++-++---+++++--++-+--+',
  36: '-+-+++---+++++-+++--+----+-+-++--+-',
};

/**
 * A Plackett-Burman design, for finding the few factors that matter: main effects of up to N - 1 factors in N runs, N
 * the smallest multiple of 4 above the number of factors (up to 47 factors; beyond, the next for which the
 * constructions below do). Interactions of two factors are mixed into the main effects of others. Up to
 * 199 factors. Throws `DesignProblem`.
 *
 * Source: Plackett and Burman, The design of optimum multifactorial experiments, Biometrika 33 (1946), whose rows
 * move on by one place and end with a row of -1; Paley, On orthogonal matrices, J. Math. Phys. 12 (1933).
 */
export function plackettBurman(factors: number): Points {
  if (!Number.isInteger(factors) || factors < 1 || factors >= MOST_RUNS)
    throw new DesignProblem(
      `A Plackett-Burman design needs from 1 to ${MOST_RUNS - 1} factors, not ${factors}.`,
      factors >= MOST_RUNS ? 'Use --design fractional:III.' : 'Add a factor.',
    );
  let runs = 4 * Math.floor(factors / 4) + 4;
  let rows = hadamard(runs);
  // 200 can be made, so this ends.
  while (!rows) rows = hadamard((runs += 4));
  const made = rows;
  return {
    coordinates: 'coded',
    count: runs,
    fill(row, point) {
      const signs = made[row] as Int8Array;
      for (let f = 0; f < factors; f++) point[f] = signs[f + 1] as number;
    },
  };
}

function hadamard(size: number): Hadamard | undefined {
  return cyclic(size) ?? fromConference(size) ?? doubled(size);
}

function cyclic(size: number): Hadamard | undefined {
  const count = size - 1;
  const first = FIRST_ROW[size] ?? (count % 4 === 3 ? squaresRow(count) : undefined);
  if (first === undefined) return undefined;
  const at = (row: number, column: number) => (first[(column - row + count) % count] === '+' ? 1 : -1);
  return Array.from({ length: size }, (_, row) =>
    Int8Array.from({ length: size }, (__, column) =>
      column === 0 ? 1 : row === count ? -1 : at(row, column - 1),
    ),
  );
}

/** + at 0 and at the squares modulo a prime: Paley's first construction. */
function squaresRow(prime: number): string | undefined {
  const character = prime === smallestDivisor(prime) ? characterOf(prime) : undefined;
  return character && Array.from({ length: prime }, (_, x) => (character(x, 0) < 0 ? '-' : '+')).join('');
}

/** Paley's second construction: size = 2 (q + 1) for a prime or a prime's square q = 1 modulo 4. */
function fromConference(size: number): Hadamard | undefined {
  const order = size / 2 - 1;
  const character = order % 4 === 1 ? characterOf(order) : undefined;
  if (!character) return undefined;
  const conference = (row: number, column: number) =>
    row === column ? 0 : row === 0 || column === 0 ? 1 : character(row - 1, column - 1);
  return normalised(size, (row, column) => {
    const entry = conference(row >> 1, column >> 1);
    const both = row & column & 1;
    // Where the conference matrix has 0: 1 -1 / -1 -1; elsewhere its entry times 1 1 / 1 -1.
    return entry === 0 ? ((row | column) & 1 ? -1 : 1) : both ? -entry : entry;
  });
}

/** Sylvester's construction. */
function doubled(size: number): Hadamard | undefined {
  const half = size / 2;
  const rows = half % 4 === 0 ? hadamard(half) : undefined;
  return (
    rows &&
    normalised(size, (row, column) => {
      const entry = rows[row % half]?.[column % half] as number;
      return row >= half && column >= half ? -entry : entry;
    })
  );
}

function normalised(size: number, entry: (row: number, column: number) => number): Hadamard {
  return Array.from({ length: size }, (_, row) =>
    Int8Array.from({ length: size }, (__, column) => entry(row, column) * entry(row, 0)),
  );
}

/**
 * 1 where x - y is a square of the field with `order` elements, 0 where x = y, else -1; undefined where the order is
 * neither a prime nor a prime's square. An element of the latter, a + b r with r^2 a number that is no square modulo
 * the prime, is the number a + b prime.
 */
function characterOf(order: number): ((x: number, y: number) => number) | undefined {
  const prime = smallestDivisor(order);
  const width = order / prime;
  if (width !== 1 && width !== prime) return undefined;
  const ofPrime = new Set(Array.from({ length: prime }, (_, a) => (a * a) % prime));
  let noSquare = 2;
  while (ofPrime.has(noSquare)) noSquare++;
  const squares = new Set<number>();
  for (let a = 0; a < prime; a++)
    for (let b = 0; b < width; b++)
      squares.add(((a * a + noSquare * b * b) % prime) + prime * ((2 * a * b) % prime));
  const minus = (x: number, y: number) => (x - y + prime) % prime;
  return (x, y) => {
    if (x === y) return 0;
    const low = minus(x % prime, y % prime);
    const high = minus(Math.floor(x / prime), Math.floor(y / prime));
    return squares.has(low + prime * high) ? 1 : -1;
  };
}

function smallestDivisor(number: number): number {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return divisor;
  return number;
}
