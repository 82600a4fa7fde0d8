import {
  definingRelation,
  letterOf,
  parseGenerators,
  textOf,
  type Generator,
} from './fractional-generators.js';
import { smallestFraction, type Fraction } from './fractional-search.js';
import { isOdd, resolutionOf } from './fractional-words.js';
import { DesignProblem, type Points } from './points.js';

const MOST_BASE = 20;
const MOST_FACTORS = 1000;

const ROMAN = 'I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX'.split(' ');

export interface FractionalDesign {
  readonly points: Points;
  readonly runs: number;
  /** Length of the shortest word of the defining relation; Infinity for the full factorial. */
  readonly resolution: number;
  /** `E=ABC`, ... with the factors lettered A to Z without I, a to z without i, [51], ... in their order. */
  readonly generators: readonly string[];
  /** `I = ABCE = BCDF = ADEF`; empty for the full factorial. */
  readonly definingRelation: string;
  /** Sentences for the user. */
  readonly facts: readonly string[];
}

/**
 * A two-level fractional factorial design 2^(k-p): main effects, and from resolution V also the interactions of two
 * factors, in a fraction of the 2^k runs of all combinations.
 *
 * `variant`: a resolution (`III`, `4`), IV where nothing is said, for the smallest design that has at least this: of
 * 16 runs for 6 to 8 factors, 32 up to 16, 64 up to 32; or generators (`D=ABC,E=-ABD`). Runs are in Yates' order,
 * the first factor fastest. Throws `DesignProblem`.
 *
 * Source: Box and Hunter, The 2^(k-p) fractional factorial designs, Technometrics 3 (1961); designs of minimum
 * aberration where the standard tables know them, see fractional-tables.ts.
 */
export function fractional(factors: number, variant: string | undefined): FractionalDesign {
  if (!Number.isInteger(factors) || factors < 1 || factors > MOST_FACTORS)
    throw new DesignProblem(
      `A fractional factorial needs from 1 to ${MOST_FACTORS} factors, not ${factors}.`,
      'Change the number of factors, or choose another --design.',
    );
  const text = variant?.trim() ?? '';
  return text.includes('=') ? ofGenerators(factors, text) : ofResolution(factors, text);
}

function ofResolution(factors: number, text: string): FractionalDesign {
  const wanted = text === '' ? 4 : resolutionIn(text);
  const fraction = smallestFraction(factors, wanted, MOST_BASE);
  if (!fraction)
    throw new DesignProblem(
      `No fraction of ${factors} factors with resolution ${roman(wanted)} and at most ${2 ** MOST_BASE} runs was found.`,
      wanted > 4 ? 'Ask for resolution IV, or take fewer factors.' : 'Take fewer factors.',
    );
  if (fraction.words.length > 0) return designOf(factors, generatorsOf(fraction), fraction.smallest);
  const design = designOf(factors, [], true);
  const why = `A fraction of resolution ${roman(wanted)} needs at least ${wanted} factors`;
  return { ...design, facts: [`${why}: these are all ${design.runs} combinations.`] };
}

function resolutionIn(text: string): number {
  const wanted = /^\d+$/u.test(text) ? Number(text) : ROMAN.indexOf(text.toUpperCase()) + 1;
  if (wanted === 0 && text !== '0')
    throw new DesignProblem(
      `${JSON.stringify(text)} is neither a resolution nor generators.`,
      'Write fractional:III, fractional:IV or fractional:V, or generators as in fractional:D=ABC,E=-ABD.',
    );
  if (wanted < 3)
    throw new DesignProblem(
      `In a design of resolution ${roman(wanted)}, factors would always change together.`,
      'Ask for resolution III or more: fractional:III.',
    );
  return wanted;
}

function ofGenerators(factors: number, text: string): FractionalDesign {
  const generators = parseGenerators(text, factors);
  const base = factors - generators.length;
  if (base > MOST_BASE)
    throw new DesignProblem(
      `These generators leave ${factors} factors 2^${base} runs; at most 2^${MOST_BASE} are made.`,
      `Give ${factors - MOST_BASE} generators or more.`,
    );
  return designOf(factors, generators, true);
}

function generatorsOf({ base, words }: Fraction): Generator[] {
  const letters = Array.from({ length: base }, (_, letter) => letter);
  return words.map((word, at) => ({
    factor: base + at,
    from: letters.filter((letter) => (word >>> letter) & 1),
    negative: false,
  }));
}

function designOf(factors: number, generators: readonly Generator[], smallest: boolean): FractionalDesign {
  const { base, words, negative } = columnsOf(factors, generators);
  const generated = generators.map(({ factor }) => words[factor] as number);
  const design = {
    points: pointsOf(2 ** base, words, negative),
    runs: 2 ** base,
    resolution: resolutionOf(base, generated),
    generators: generators.map(textOf),
    definingRelation: definingRelation(generators),
  };
  return { ...design, facts: factsOf(factors, base, design, smallest) };
}

/** Each factor's column as a word over the base factors, and whether its sign is turned. */
function columnsOf(factors: number, generators: readonly Generator[]) {
  const generated = new Set(generators.map(({ factor }) => factor));
  const words = new Int32Array(factors);
  const negative = new Uint8Array(factors);
  let base = 0;
  for (let factor = 0; factor < factors; factor++) if (!generated.has(factor)) words[factor] = 1 << base++;
  for (const generator of generators) {
    words[generator.factor] = generator.from.reduce((word, factor) => word | (words[factor] as number), 0);
    negative[generator.factor] = Number(generator.negative);
  }
  return { base, words, negative };
}

function pointsOf(count: number, words: Int32Array, negative: Uint8Array): Points {
  return {
    coordinates: 'coded',
    count,
    fill(row, point) {
      // A bit of `row` that is 0 is a base factor at -1; the product is negative for an odd number of these.
      for (let factor = 0; factor < words.length; factor++)
        point[factor] = isOdd((words[factor] as number) & ~row) === (negative[factor] === 0) ? -1 : 1;
    },
  };
}

type Told = Pick<FractionalDesign, 'runs' | 'resolution' | 'generators' | 'definingRelation'>;

function factsOf(factors: number, base: number, design: Told, smallest: boolean): string[] {
  const { runs, resolution, generators } = design;
  const letters = `${letterOf(0)} to ${letterOf(factors - 1)}`;
  return [
    `2^(${factors}-${factors - base}) fractional factorial: ${runs} runs, resolution ${roman(resolution)}: ${meaningOf(resolution)}.`,
    `Generators: ${shortened(generators)}, where ${letters} are the factors in their order.`,
    `Defining relation: ${design.definingRelation}.`,
    ...(smallest ? [] : ['A search found it; a design with fewer runs may exist.']),
  ];
}

function meaningOf(resolution: number): string {
  if (resolution === 3)
    return 'main effects are clear of each other, but mixed with interactions of two factors';
  if (resolution === 4)
    return 'main effects are clear of interactions of two factors, which are mixed with each other';
  return 'main effects and interactions of two factors are clear of each other';
}

function shortened(generators: readonly string[]): string {
  const told = generators.slice(0, 32).join(', ');
  return generators.length > 32 ? `${told}, ... (${generators.length} in all)` : told;
}

function roman(resolution: number): string {
  return ROMAN[resolution - 1] ?? String(resolution);
}
