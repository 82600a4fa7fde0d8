import { DESIGNS, plainName, type DesignName, type Value } from '../doe/experiment.js';
import { levelsOf, sizeOf } from '../doe/factors/levels.js';
import type { Level, Space } from '../doe/factors/space.js';
import { parseSpace } from '../doe/factors/spelling.js';
import type { Choice } from '../ports/terminal.js';
import { wholeNumber, type Asking } from './doe-questions-form.js';

const DESCRIPTIONS: Readonly<Record<DesignName, string>> = {
  factorial: 'every combination',
  random: 'some of all combinations, at random, none twice',
  zip: 'first values together, then second values, ...',
  oat: 'one option at a time, the others at their baseline',
  lhs: 'Latin hypercube: a sample that covers each option evenly',
  sobol: 'Sobol sequence: a sample that fills the space, and can grow',
  halton: 'Halton sequence: the same for any number of runs',
  fractional: 'a fraction of all low/high combinations',
  'plackett-burman': 'as few low/high runs as tell main effects',
  ccd: 'central composite: fits a curved surface',
  'box-behnken': 'the same without the corners, 3 levels each',
};

const VARIANTS: Readonly<Partial<Record<DesignName, readonly Choice[]>>> = {
  lhs: [
    { value: 'plain', name: 'plain', description: 'anywhere within its stripes' },
    { value: 'centred', name: 'centred', description: 'in the middle of its stripes' },
    { value: 'maximin', name: 'maximin', description: 'as far apart as can be' },
  ],
  ccd: [
    { value: 'faced', name: 'faced', description: 'axial points at the ends of the ranges' },
    { value: 'inscribed', name: 'inscribed', description: 'rotatable, within the ranges' },
    { value: 'circumscribed', name: 'circumscribed', description: 'rotatable, axial points beyond the ranges' },
  ],
};

const CHOICES: readonly Choice[] = DESIGNS.map((name) => ({
  value: name,
  name,
  description: DESCRIPTIONS[name],
}));

export const DESIGN_ID = 'design';

/** What a spec says about the design. */
export interface DesignAnswers {
  readonly design: string;
  readonly runs?: number;
  readonly centers?: number;
  readonly baseline?: Readonly<Record<string, Value>>;
}

/** Asks how to combine the options, each with its values as they are spelled. */
export function* theDesign(
  factors: readonly (readonly [name: string, spelling: string])[],
): Asking<DesignAnswers> {
  const spaces = factors.map(([name, spelling]) => parseSpace(name, spelling));
  const combinations = spaces.reduce((product, space) => product * sizeOf(space), 1);
  const answer = yield {
    id: DESIGN_ID,
    text: 'How to combine them',
    choices: CHOICES,
    suggestion: combinations === Infinity ? 'sobol' : 'factorial',
  };
  const name = answer as DesignName;
  const variant = yield* theVariant(name);
  const design = variant === undefined ? name : `${name}:${variant}`;
  switch (name) {
    case 'random':
      return { design, runs: yield* theRuns(Math.min(10, combinations), combinations) };
    case 'lhs':
    case 'sobol':
    case 'halton':
      return { design, runs: yield* theRuns(64) };
    case 'ccd':
    case 'box-behnken':
      return { design, centers: yield* theNumber('centers', 'How many centre points', 1) };
    case 'oat':
      return { design, baseline: yield* theBaseline(factors, spaces) };
    case 'factorial':
    case 'zip':
    case 'fractional':
    case 'plackett-burman':
      return { design };
  }
}

function* theVariant(design: DesignName): Asking<string | undefined> {
  const id = `${DESIGN_ID} ${design}`;
  const choices = VARIANTS[design];
  if (choices) return yield { id, text: 'Which kind', choices, suggestion: choices[0]?.value };
  if (design !== 'fractional') return undefined;
  return yield {
    id,
    text: 'Resolution or generators',
    hint: 'III, IV, V or D=ABC,E=-ABD',
    check: (answer) =>
      /^(?:[IVX]+|\d+|\w\s*=.+)$/.test(answer)
        ? undefined
        : 'A resolution such as IV, or generators such as D=ABC.',
    suggestion: 'IV',
  };
}

function theRuns(suggested: number, most?: number): Asking<number> {
  return theNumber('runs', 'How many runs', suggested, most);
}

function* theNumber(what: string, text: string, suggested: number, most?: number): Asking<number> {
  const answer = yield {
    id: `${DESIGN_ID} ${what}`,
    text,
    check: wholeNumber(1, most),
    suggestion: String(suggested),
  };
  return Number(answer);
}

/** More levels than this are not gone through for one. */
const MOST_LISTED = 10_000;

function* theBaseline(
  factors: readonly (readonly [name: string, spelling: string])[],
  spaces: readonly Space[],
): Asking<Readonly<Record<string, Value>>> {
  const baseline: [string, Value][] = [];
  for (const [i, space] of spaces.entries()) {
    const [name] = factors[i] as (typeof factors)[number];
    if (sizeOf(space) > MOST_LISTED) continue;
    const levels = levelsOf({ name, space, style: 'option' });
    const answer = yield {
      id: `${DESIGN_ID} baseline ${name}`,
      text: `Baseline of ${name}`,
      choices: levels.map((level) => ({ value: level.text, name: level.text || ABSENT })),
      suggestion: levels[0]?.text,
    };
    const { value } = levels.find(({ text }) => text === answer) as Level;
    baseline.push([plainName(name), value]);
  }
  return Object.fromEntries(baseline);
}

/** As a flag that is absent is shown. */
const ABSENT = 'without it';
