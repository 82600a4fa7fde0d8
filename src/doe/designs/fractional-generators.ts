import { DesignProblem } from './points.js';

/** Factor `factor` is the product of the factors `from`, or its negative; all by index. */
export interface Generator {
  readonly factor: number;
  readonly from: readonly number[];
  readonly negative: boolean;
}

/** I is left out: it stands for the column of ones, as in I = ABCD. */
export const LETTERS = 'ABCDEFGHJKLMNOPQRSTUVWXYZabcdefghjklmnopqrstuvwxyz';
const UPPER = 25;

/** A defining relation is told in full up to this number of generators; its words are 2^4 - 1 then. */
const MOST_TOLD = 4;

const LETTER = String.raw`(?:[A-Za-z]|\[\d+\])`;
const GENERATOR = new RegExp(`^(${LETTER})=([-+\u2212]?)(${LETTER}+)$`, 'u');

/** A to Z without I, then a to z without i, then [51], [52], ... */
export function letterOf(factor: number): string {
  return LETTERS[factor] ?? `[${factor + 1}]`;
}

/** `ABCD`, in the order of the factors. */
function wordOf(factors: readonly number[]): string {
  return [...factors]
    .sort((a, b) => a - b)
    .map(letterOf)
    .join('');
}

/** `D=-ABC`. */
export function textOf({ factor, from, negative }: Generator): string {
  return `${letterOf(factor)}=${negative ? '-' : ''}${wordOf(from)}`;
}

/** `I = ABCE = BCDF = ADEF`: the products that are constant, short ones first; empty without generators. */
export function definingRelation(generators: readonly Generator[]): string {
  const count = generators.length;
  if (count === 0) return '';
  if (count > MOST_TOLD) {
    const first = generators.slice(0, MOST_TOLD).map((generator) => productOf([generator]));
    return `I = ${first.map(({ sign, word }) => sign + word).join(' = ')} = ..., 2^${count} - 1 words in all`;
  }
  const subsets = Array.from({ length: 2 ** count - 1 }, (_, subset) =>
    generators.filter((_generator, at) => ((subset + 1) >>> at) & 1),
  );
  const words = subsets.map(productOf).sort((a, b) => a.length - b.length || (a.word < b.word ? -1 : 1));
  return `I = ${words.map(({ sign, word }) => sign + word).join(' = ')}`;
}

/** The product of some generators, each as the word that it makes constant: -ABCD for D=-ABC. */
function productOf(generators: readonly Generator[]): { sign: '' | '-'; word: string; length: number } {
  const letters = new Set<number>();
  for (const letter of generators.flatMap(({ factor, from }) => [factor, ...from])) {
    if (!letters.delete(letter)) letters.add(letter);
  }
  const negative = generators.filter((generator) => generator.negative).length;
  return { sign: negative % 2 === 1 ? '-' : '', word: wordOf([...letters]), length: letters.size };
}

/**
 * Reads `D=ABC,E=-ABD`; up to 25 factors, small letters are read as capitals.
 * Throws `DesignProblem` where the generators define no design, or one where two factors are the same.
 */
export function parseGenerators(text: string, factors: number): Generator[] {
  const parts = text.split(/[\s,]+/u).filter((part) => part !== '');
  const generators = parts.map((part) => parseGenerator(part, factors));
  checkTogether(generators);
  return generators;
}

function parseGenerator(text: string, factors: number): Generator {
  const [, left, sign, right] = GENERATOR.exec(text) ?? [];
  if (left === undefined || right === undefined)
    throw new DesignProblem(
      `${JSON.stringify(text)} is not a generator.`,
      'Write the letter of a factor, = and the letters of the factors whose product it is: D=ABC or D=-ABC.',
    );
  const from = (right.match(new RegExp(LETTER, 'gu')) ?? []).map((letter) => factorOf(letter, text, factors));
  const generator = { factor: factorOf(left, text, factors), from, negative: sign !== '' && sign !== '+' };
  checkAlone(generator, text);
  return generator;
}

function factorOf(letter: string, generator: string, factors: number): number {
  const named = factors > UPPER ? letter : letter.toUpperCase();
  const factor = letter.startsWith('[') ? Number(letter.slice(1, -1)) - 1 : LETTERS.indexOf(named);
  if (factor >= 0 && factor < factors) return factor;
  const range = factors === 1 ? 'A is the only one' : `they are ${letterOf(0)} to ${letterOf(factors - 1)}`;
  throw new DesignProblem(
    `The generator ${generator} has ${letter}, which is the letter of no factor: ${range} in their order.`,
    letter.toUpperCase() === 'I'
      ? 'Leave out I, which stands for no factor: H is followed by J.'
      : 'Use these letters.',
  );
}

function checkAlone({ factor, from }: Generator, text: string): void {
  if (from.length < 2)
    throw new DesignProblem(
      `With ${text} two factors would always change together.`,
      'Give the product of at least two factors: D=ABC.',
    );
  const twice = from.find((one, at) => one === factor || from.indexOf(one) !== at);
  if (twice !== undefined)
    throw new DesignProblem(
      `The generator ${text} has ${letterOf(twice)} twice.`,
      'Give each factor once: D=ABC.',
    );
}

function checkTogether(generators: readonly Generator[]): void {
  const generated = new Set<number>();
  for (const { factor } of generators) {
    if (generated.has(factor))
      throw new DesignProblem(`${letterOf(factor)} has two generators.`, 'Give one generator for each factor.');
    generated.add(factor);
  }
  const products = new Map<string, number>();
  for (const generator of generators) {
    const used = generator.from.find((factor) => generated.has(factor));
    if (used !== undefined)
      throw new DesignProblem(
        `The generator ${textOf(generator)} uses ${letterOf(used)}, which has a generator itself.`,
        'Use only factors without a generator to the right of =.',
      );
    const word = wordOf(generator.from);
    const same = products.get(word);
    if (same !== undefined)
      throw new DesignProblem(
        `${letterOf(same)} and ${letterOf(generator.factor)} are both the product ${word}: they would always change together.`,
        'Give each factor a product of its own.',
      );
    products.set(word, generator.factor);
  }
}
