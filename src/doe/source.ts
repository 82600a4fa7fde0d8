import { boxBehnken } from './designs/box-behnken.js';
import { centralComposite } from './designs/central-composite.js';
import type { Block, Experiment } from './experiment.js';
import { plainName } from './experiment.js';
import { factorial } from './designs/factorial.js';
import { fractional } from './designs/fractional.js';
import { halton } from './designs/halton.js';
import { coded, levelsOf, quantile, sizeOf } from './factors/levels.js';
import { lhs } from './designs/lhs.js';
import { monteCarlo } from './designs/monte-carlo.js';
import { oneAtATime } from './designs/one-at-a-time.js';
import { plackettBurman } from './designs/plackett-burman.js';
import { DesignProblem, type Points } from './designs/points.js';
import { Random } from './designs/random.js';
import { randomSubset } from './designs/random-subset.js';
import { sobol } from './designs/sobol.js';
import type { Level } from './factors/space.js';
import { placeholdersIn } from './template.js';
import { zip } from './designs/zip.js';

/** The points of a block as levels of its factors. */
export interface Source {
  readonly points: Points;
  /** How many runs are wanted of a design that can go on; absent where the design says it. */
  readonly wanted?: number;
  /** What the user may want to hear about the design, a sentence each. */
  readonly facts: readonly string[];
  /** Writes the levels of point `row`, one for each factor. */
  readonly levels: (row: number, into: (Level | undefined)[]) => void;
}

export function sourceOf(experiment: Experiment, index: number): Source {
  const block = experiment.blocks[index] as Block;
  const { points, wanted, facts = [] } = designOf(block, seedOf(experiment, index), experiment.scramble);
  const pick = pickers(block, points.coordinates);
  const point = new Float64Array(block.factors.length);
  return {
    points,
    ...(wanted === undefined ? {} : { wanted }),
    facts: [...facts, ...strayPlaceholders(block), ...spacedProgram(block)],
    levels(row, into) {
      points.fill(row, point);
      for (let f = 0; f < point.length; f++) into[f] = (pick[f] as Picker)(point[f] as number);
    },
  };
}

/** Blocks of equal shape get points of their own. */
function seedOf({ seed }: Experiment, index: number): number {
  return index === 0 ? seed : new Random(seed, 'block', index).uint32();
}

/** What stands in braces may be meant as it is, or be a name mistyped: the user decides. */
function strayPlaceholders({ command, factors, repeat }: Block): string[] {
  const known = new Set(
    [...factors, ...('factor' in repeat ? [repeat.factor] : [])].map(({ name }) => plainName(name)),
  );
  const stray = [...new Set(placeholdersIn(command).filter((name) => !known.has(name)))];
  return stray.map((name) => `{${name}} in the command is no factor; it stays as it is.`);
}

/** A whole command in quotes is one word. */
function spacedProgram({ command: [program = ''] }: Block): string[] {
  if (!/\S\s+\S/.test(program)) return [];
  return [`"${program}" is taken for a program with a space in its name; a command goes without the quotes.`];
}

interface Design {
  readonly points: Points;
  readonly wanted?: number | undefined;
  readonly facts?: readonly string[];
}

function designOf(block: Block, seed: number, scramble: boolean): Design {
  const { design, variant, factors, centers } = block;
  const wanted = block.runs?.reduce((sum, runs) => sum + runs, 0);
  switch (design) {
    case 'factorial':
      return { points: factorial(factors.map(({ space }) => sizeOf(space))) };
    case 'random':
      return { points: randomPoints(factors, seed), wanted };
    case 'zip':
      return {
        points: zip(
          factors.map((factor) => levelsOf(factor).length),
          factors.map(({ name }) => name),
        ),
      };
    case 'oat':
      return {
        points: oneAtATime(
          factors.map((factor) => levelsOf(factor).length),
          factors.map((factor) => baselineOf(factor, block.baseline)),
        ),
      };
    case 'lhs':
      return { points: lhs(factors.length, block.runs ?? [], (variant ?? 'plain') as 'plain', seed) };
    case 'sobol':
      return { points: sobol(factors.length, { seed, scramble }), wanted };
    case 'halton':
      return { points: halton(factors.length, { seed, scramble }), wanted };
    case 'fractional':
      return fractional(factors.length, variant);
    case 'plackett-burman':
      return { points: plackettBurman(factors.length) };
    case 'ccd':
      return centralComposite(factors.length, variant as 'faced', centers);
    case 'box-behnken':
      return boxBehnken(factors.length, centers);
  }
}

/** Without replacement where that has a meaning. */
function randomPoints(factors: Block['factors'], seed: number): Points {
  const counts = factors.map(({ space }) => sizeOf(space));
  return counts.every(Number.isFinite)
    ? randomSubset(counts, seed, 'random')
    : monteCarlo(factors.length, seed);
}

/** The index of the level where the factor stays while others vary. */
function baselineOf(factor: Block['factors'][number], baseline: Block['baseline']): number {
  const wanted = baseline[plainName(factor.name)];
  if (wanted === undefined) return 0;
  const levels = levelsOf(factor);
  const at = levels.findIndex(({ value, text }) => value === wanted || text === String(wanted));
  if (at >= 0) return at;
  throw new DesignProblem(
    `The baseline of ${factor.name} is ${String(wanted)}, which is none of its values.`,
    `Choose one of ${levels.map(({ text }) => text).join(', ')}.`,
  );
}

type Picker = (coordinate: number) => Level;

function pickers({ factors }: Block, coordinates: Points['coordinates']): Picker[] {
  if (coordinates === 'unit') return factors.map(quantile);
  if (coordinates === 'coded') return factors.map(coded);
  return factors.map((factor) => {
    const levels = levelsOf(factor);
    return (index) => levels[index] as Level;
  });
}
