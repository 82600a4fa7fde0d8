import type { Points } from './points.js';
import { Random } from './random.js';

/**
 * Independent uniform points without an end. A coordinate is a function of seed, dimension and row alone, so the
 * first points stay the same however many follow, and whatever factors are added behind.
 */
export function monteCarlo(dimensions: number, seed: number): Points {
  const keys = Array.from({ length: dimensions }, (_, dimension) => {
    const random = new Random(seed, 'monte-carlo', dimension);
    return [random.uint32(), random.uint32()] as const;
  });
  const bits = new Uint32Array(2);
  return {
    coordinates: 'unit',
    count: Infinity,
    fill(row, point) {
      for (let d = 0; d < dimensions; d++) {
        const [key0, key1] = keys[d] as (typeof keys)[number];
        threefry(key0, key1, row >>> 0, Math.floor(row / 0x1_0000_0000), bits);
        // 53 bits, as Random.unit() takes them.
        const high = (bits[0] as number) >>> 5;
        const low = (bits[1] as number) >>> 6;
        point[d] = (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
      }
    },
  };
}

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd1_1bda;

/**
 * Threefry-2x32 with 20 rounds: a counter and a key, each of two 32-bit words, to two random words in `into`
 * (Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3).
 */
export function threefry(key0: number, key1: number, count0: number, count1: number, into: Uint32Array): void {
  const keys = [key0, key1, key0 ^ key1 ^ PARITY];
  let x = (count0 + key0) | 0;
  let y = (count1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = ROTATIONS[round % 8] as number;
    x = (x + y) | 0;
    y = ((y << rotation) | (y >>> (32 - rotation))) ^ x;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x = (x + (keys[injection % 3] as number)) | 0;
      y = (y + (keys[(injection + 1) % 3] as number) + injection) | 0;
    }
  }
  into[0] = x;
  into[1] = y;
}
