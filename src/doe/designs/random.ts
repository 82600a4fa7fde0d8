/** Seeded random numbers, the same on every platform and in every version: xoshiro128++ (Blackman, Vigna 2021). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `seed` is a whole number from 0 to 2^53 - 1; different `streams` of one seed have nothing to do with each other. */
  constructor(seed: number, ...streams: readonly (string | number)[]) {
    const next = mixer(seed, streams);
    [this.#a, this.#b, this.#c, this.#d] = [next(), next(), next(), next()];
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#d) | 0;
    const result = (rotl(sum, 7) + this.#a) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotl(this.#d, 11);
    return result;
  }

  /** In [0, 1), in steps of 2^-53. */
  unit(): number {
    return ((this.uint32() >>> 5) * 0x400_0000 + (this.uint32() >>> 6)) / 0x20_0000_0000_0000;
  }

  /** A whole number from 0 to `count` - 1, each as likely; `count` is a whole number from 1 to 2^53. */
  below(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > 0x20_0000_0000_0000) {
      throw new RangeError(`Nothing can be drawn from ${count} numbers.`);
    }
    // Numbers from the incomplete last round would favour the small ones: draw again.
    const rounds = 0x20_0000_0000_0000 - (0x20_0000_0000_0000 % count);
    for (;;) {
      const drawn = (this.uint32() >>> 11) * 0x1_0000_0000 + this.uint32();
      if (drawn < rounds) return drawn % count;
    }
  }

  /** Puts the items in a random order, in place (Fisher, Yates). */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i] as number;
      items[i] = items[j] as number;
      items[j] = kept;
    }
    return items;
  }
}

function rotl(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** Spreads the seed and the streams' names over 32-bit states, by splitmix32 over an FNV-1a hash of all of them. */
function mixer(seed: number, streams: readonly (string | number)[]): () => number {
  let hash = 0x811c_9dc5;
  for (const char of JSON.stringify([seed, ...streams])) {
    hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x0100_0193);
  }
  return () => {
    hash = (hash + 0x9e37_79b9) | 0;
    let mixed = hash ^ (hash >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
