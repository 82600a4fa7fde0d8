import { DesignProblem, type Points } from './points.js';
import { Random } from './random.js';
import { SOBOL_BITS, SOBOL_DIMENSIONS, sobolDirections } from './sobol-directions.js';

const COUNT = 2 ** SOBOL_BITS;

/**
 * Sobol points (Sobol 1967) with the direction numbers of Joe and Kuo 2008, in the Gray code order of Antonov and
 * Saleev 1979. Unscrambled, the first point is 0 in every dimension. Scrambled, each dimension's digits go through a
 * random linear map that keeps every elementary interval (Matoušek 1998, On the L2-discrepancy for anchored boxes),
 * then a random shift: as even as Owen's nested scrambling in the mean, and as quick as no scrambling at all.
 * Throws `DesignProblem` beyond 256 dimensions.
 */
export function sobol(
  dimensions: number,
  { seed, scramble }: { readonly seed: number; readonly scramble: boolean },
): Points {
  if (dimensions > SOBOL_DIMENSIONS) throw tooMany(dimensions);
  const directions = sobolDirections(dimensions);
  const shifts = new Uint32Array(dimensions);
  if (scramble) {
    for (let d = 0; d < dimensions; d++) {
      const random = new Random(seed, 'sobol', d);
      scrambleWords(directions.subarray(d * SOBOL_BITS, (d + 1) * SOBOL_BITS), random);
      shifts[d] = random.uint32();
    }
  }
  const sums = byteSums(directions);
  // The middle of what 32 bits can tell apart: then no scrambled coordinate is 0.
  const middle = scramble ? 0.5 : 0;
  return {
    coordinates: 'unit',
    count: COUNT,
    fill(row, point) {
      const gray = row ^ (row >>> 1);
      for (let d = 0; d < dimensions; d++) {
        let word = shifts[d] as number;
        for (let byte = 0; byte < 4; byte++) {
          word ^= sums[(d * 4 + byte) * 256 + ((gray >>> (8 * byte)) & 255)] as number;
        }
        point[d] = ((word >>> 0) + middle) / COUNT;
      }
    },
  };
}

/** For each eight of the words: the sum over two elements that the bits of each byte choose among them. */
function byteSums(words: Uint32Array): Uint32Array {
  const sums = new Uint32Array((words.length / 8) * 256);
  for (let at = 0; at < sums.length; at++) {
    const byte = at & 255;
    if (byte === 0) continue;
    const highest = 31 - Math.clz32(byte);
    sums[at] = (sums[at ^ (1 << highest)] as number) ^ (words[(at >>> 8) * 8 + highest] as number);
  }
  return sums;
}

/** Multiplies the words by a random lower triangular matrix over two elements with ones in its diagonal, in place. */
function scrambleWords(words: Uint32Array, random: Random): void {
  // What each bit of a word turns into, the highest first: itself and random bits below it.
  const columns = Uint32Array.from({ length: SOBOL_BITS }, (_, bit) => {
    const own = 2 ** (SOBOL_BITS - 1 - bit);
    return own + (random.uint32() % own);
  });
  for (let k = 0; k < words.length; k++) {
    let scrambled = 0;
    for (let bit = 0, rest = words[k] as number; rest !== 0; bit++, rest <<= 1) {
      if (rest & 0x8000_0000) scrambled ^= columns[bit] as number;
    }
    words[k] = scrambled;
  }
}

function tooMany(dimensions: number): DesignProblem {
  return new DesignProblem(
    `A Sobol design has at most ${SOBOL_DIMENSIONS} factors, not ${dimensions}.`,
    'Use --design lhs, which takes any number of factors.',
  );
}
