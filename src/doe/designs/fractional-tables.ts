import { LETTERS } from './fractional-generators.js';
import { baseDistances, isOdd } from './fractional-words.js';

/**
 * Words of the generated factors by the number of base factors, then of all factors: designs of minimum aberration.
 * Up to 11 factors as Box, Hunter and Hunter (Statistics for Experimenters, 2005) and Montgomery (Design and Analysis of
 * Experiments) print them; the others were found by exchanging columns, and have the word lengths of Chen, Sun and Wu
 * (A catalogue of two-level and three-level fractional factorial designs with small runs, 1993) and, for 8 and 9 base
 * factors, of Xu (Algorithmic construction of efficient fractional factorial designs with large run sizes, 2009).
 */
const LISTED: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  5: {
    9: 'BCDE ACDE ABDE ABCE',
    10: 'ABCD ABCE ABDE ACDE BCDE',
    20: 'AB AD BC BD BE CD DE ABC ABE ACD ADE BCE CDE ABCE ACDE',
    21: 'AC AD AE BC BD BE ABC ACD ACE ADE BCD BCE BDE ABDE ACDE BCDE',
  },
  6: {
    8: 'ABCD ABEF',
    17: 'ABD ABE ADE BCD BCE BDF CDE DEF ABCF ACDF ACEF',
    18: 'ABC ABD ABE ABF ACE ADE BCE BDE BEF ACDF BCDF CDEF',
    19: 'ABC ABD ACD BCD BCE BCF BDE BDF CDE CDF ABEF ACEF ADEF',
    20: 'ABD ABE ACD ADE ADF BCE BDE BEF ABCF ACEF BCDF CDEF ABCDE ABDEF',
    21: 'ABC ABD ABE ACE ACF ADE AEF BCD BCF BDE BDF BEF CDE CDF CEF',
    22: 'ABC ABD ABF ACD ACE ADF AEF BCD BCE BDE BEF CDE CDF CEF DEF ABCEF',
    23: 'ABC ABD ABF ACD ACE ACF ADE ADF BCE BCF BDE BDF BEF CDE CDF DEF ABDEF',
    24: 'ABC ABD ABE ABF ACD ACE ACF ADE AEF BCD BCE BCF BDE BDF CDF CEF DEF BCDEF',
    25: 'ABC ABD ABF ACD ACE ACF ADE ADF AEF BCD BCE BCF BDE BDF BEF CDE CDF DEF ABCEF',
  },
  7: {
    9: 'ACDFG BCEFG',
    10: 'ABCG BCDE ACDF',
    11: 'ABCG BCDE ACDF ABCDEFG',
  },
  8: {
    10: 'BCEGH ABCDFH',
    11: 'ABDEH ABFGH ACDFH',
    12: 'ABDGH ACDFH ADEFG BCDEF',
    13: 'BCDF ABCEG ABEFH ADFGH CDEGH',
    14: 'ACDF ACEG AEFH BDEF BEGH BCDGH',
    15: 'ABCG ABDF ACEF AEGH BFGH DEFH BCDGH',
  },
  9: {
    19: 'ABCD AFHJ DEFG ABEGH ACEGJ BCEFH BCFGJ BDGHJ CDEHJ ABDEFJ',
    20: 'ACDE AFGH BCFJ ABDHJ ABEGJ BCDGH BDEFG CEGHJ DEFHJ ABCEFH ACDFGJ',
    21: 'ABCD CEHJ DFGJ ABGHJ BCFGH BDEGH ABCEFH ABDEFG ACDEGJ ACDFHJ AEFGHJ BCDEFJ',
    22: 'ABCG ACEJ AEGH BCDE BCFJ DEFG ABCHJ ABDEH ABDFG ACFGH BDFHJ CEFGJ DEGHJ',
    23: 'ABCD ABEF ACEG ADFJ BCEH BDFG EGHJ ABCEJ ABDFH ADGHJ ABDEGH ACFGHJ BCDFHJ BCEFGJ',
  },
};

/** The same, where each further factor takes the next word. */
const NESTED: Readonly<Record<number, string>> = {
  3: 'AB AC BC ABC',
  4: 'ABC BCD ACD ABD ABCD AB AC AD BC BD CD',
};

/** The words of a published design with these numbers of base and of all factors, if one is known. */
export function listedWords(base: number, factors: number): number[] | undefined {
  // Half of all combinations: the product of all other factors is best.
  if (factors === base + 1) return [2 ** base - 1];
  const text = LISTED[base]?.[factors] ?? NESTED[base];
  const words = text
    ?.split(' ')
    .slice(0, factors - base)
    .map(bitsOf);
  return words?.length === factors - base ? words : undefined;
}

function bitsOf(letters: string): number {
  return Array.from(letters).reduce((word, letter) => word | (1 << LETTERS.indexOf(letter)), 0);
}

/**
 * The words of a design of resolution IV, or III where there are more factors than half the runs: all products of an
 * odd number of base factors, short ones first, then those of an even number. Minimum aberration for 11 to 19 and
 * 22 to 31 factors in 32 runs and from 26 in 64. For up to 2^base - 1 factors, and more than 2^(base - 2).
 */
export function oddWords(base: number, factors: number): number[] {
  const half = 2 ** (base - 1);
  const parity = half;
  const lengths = baseDistances(base - 1);
  const length = (word: number) => lengths[word] as number;
  const shortFirst = Array.from({ length: half }, (_, word) => word).sort(
    (a, b) => length(a) - length(b) || a - b,
  );
  const odd = shortFirst.map((word) => (isOdd(word) ? word : word | parity));
  const even = Array.from({ length: half - 1 }, (_, at) => half - 1 - at);
  const all = [...odd, ...even.map((word) => (isOdd(word) ? word | parity : word))];
  // The first are the base factors themselves.
  return all.slice(base, factors);
}
