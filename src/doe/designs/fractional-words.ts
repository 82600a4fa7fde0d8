/*
 * A word over `base` letters is a number, one bit a letter: the product of these base factors' columns.
 * The columns of a fraction are the base letters themselves and one word for each generated factor. Its resolution
 * is the smallest number of columns whose product is constant, the shortest word of the defining relation.
 */

/** For each word, the fewest base letters whose product it is: their number. */
export function baseDistances(base: number): Uint8Array {
  const distances = new Uint8Array(2 ** base);
  for (let word = 1; word < distances.length; word++)
    distances[word] = (distances[word >>> 1] as number) + (word & 1);
  return distances;
}

/** Writes to `into`, which may be `distances`, the fewest columns for each word when column `added` joins them. */
export function addColumn(distances: Uint8Array, added: number, into: Uint8Array): void {
  for (let word = 0; word < distances.length; word++) {
    const without = distances[word] as number;
    const using = (distances[word ^ added] as number) + 1;
    into[word] = using < without ? using : without;
  }
}

/** Infinity where no product is constant. */
export function resolutionOf(base: number, words: readonly number[]): number {
  const distances = baseDistances(base);
  let resolution = Infinity;
  for (const word of words) {
    resolution = Math.min(resolution, (distances[word] as number) + 1);
    addColumn(distances, word, distances);
  }
  return resolution;
}

/** Whether a word has an odd number of letters. */
export function isOdd(word: number): boolean {
  let bits = word ^ (word >>> 16);
  bits ^= bits >>> 8;
  bits ^= bits >>> 4;
  bits ^= bits >>> 2;
  return ((bits ^ (bits >>> 1)) & 1) === 1;
}
