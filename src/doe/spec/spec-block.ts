import { plainName, type Block, type DesignName, type Factor, type Repeat, type Style } from '../experiment.js';
import { compileCondition, namesIn } from '../expressions/expression.js';
import { levelsOf, sizeOf } from '../factors/levels.js';
import { valueText } from '../factors/number.js';
import { DesignProblem } from '../designs/points.js';
import { readDesign } from './spec-design.js';
import { checkOther, factorOf } from './spec-factors.js';
import type { BlockSpec, FactorSpec } from './spec-schema.js';
import { parseFactor } from '../factors/spelling.js';
import { splitWords } from '../factors/spelling-words.js';
import { nearest } from '../suggest.js';
import { placeholdersIn } from '../template.js';

type Key = keyof BlockSpec;

/** A block with what it inherits. */
export interface GivenBlock {
  readonly keys: Omit<BlockSpec, 'factors'>;
  readonly factors: readonly (readonly [name: string, FactorSpec])[];
  /** Plain names of the factors that it could have inherited. */
  readonly namesAtTop: readonly string[];
  /** Whether it says this itself: what it only inherits may be of no use to it. */
  readonly says: (key: Key) => boolean;
  /** Does work on the value at this path, for the sake of its problems. */
  readonly at: <T>(path: readonly [Key, ...(string | number)[]], work: () => T) => T;
}

const SAMPLED: readonly DesignName[] = ['random', 'lhs', 'sobol', 'halton'];
const WITH_CENTERS: readonly DesignName[] = ['ccd', 'box-behnken'];
/** Designs that go through the values of every factor one by one. */
const LISTING: readonly DesignName[] = ['factorial', 'zip', 'oat'];

/** Throws `DesignProblem`. */
export function blockOf(given: GivenBlock): Block {
  const { keys, at } = given;
  const style = keys.as ?? 'option';
  const factors = given.factors.map(([name, factor]) =>
    at(['factors', name], () => factorOf(name, factor, style)),
  );
  const named = at(['design'], () => designOf(keys.design, factors));
  const repeat = at(['repeat'], () => repeatOf(keys.repeat ?? 1, factors, style));
  const repeated = 'factor' in repeat ? repeat.factor : undefined;
  checkListed(given, named.design, factors);
  checkWhens(given, factors, repeated);
  const runs = at(['runs'], () => runsOf(given, named.design));
  const centers = at(['centers'], () => centersOf(given, named.design));
  return {
    command: at(['command'], () => commandOf(given, repeated ? [...factors, repeated] : factors)),
    factors,
    ...named,
    ...(runs === undefined ? {} : { runs }),
    ...(centers === undefined ? {} : { centers }),
    baseline: baselineOf(given, named.design, factors),
    where: whereOf(given, factors, repeated),
    repeat,
  };
}

function designOf(text = 'factorial', factors: readonly Factor[]): ReturnType<typeof readDesign> {
  const named = readDesign(text);
  if (factors.length === 0 && named.design !== 'factorial')
    throw new DesignProblem(
      `The design ${text} has no factors to work with.`,
      'Give some, such as --set lr=0.1,0.01.',
    );
  return named;
}

function repeatOf(spec: string | number, factors: readonly Factor[], style: Style): Repeat {
  if (typeof spec === 'number') return { times: spec };
  const factor = parseFactor(spec, style);
  const names = factors.map(({ name }) => name);
  checkOther(
    factor.name,
    names.find((name) => plainName(name) === plainName(factor.name)),
  );
  if (!Number.isFinite(sizeOf(factor.space)))
    throw new DesignProblem(
      `Runs cannot be repeated over ${spec}, which has no values to go through.`,
      `List them, such as ${factor.name}=1..3.`,
    );
  return { factor };
}

function checkListed({ at }: GivenBlock, design: DesignName, factors: readonly Factor[]): void {
  if (!LISTING.includes(design)) return;
  const endless = factors.find(({ space }) => !Number.isFinite(sizeOf(space)));
  // Says by itself what is wrong with it.
  if (endless) at(['factors', endless.name], () => levelsOf(endless));
}

function runsOf({ keys, says }: GivenBlock, design: DesignName): number[] | undefined {
  if (SAMPLED.includes(design)) {
    if (keys.runs !== undefined) return String(keys.runs).split('+').map(Number);
    throw new DesignProblem(
      `The design ${design} can make any number of runs, and none is given.`,
      'Say how many: --runs 64, or runs: 64 in a spec.',
    );
  }
  if (keys.runs === undefined || !says('runs')) return undefined;
  throw new DesignProblem(
    `The design ${design} decides by itself how many runs it makes.`,
    `Take out runs, or choose a design that is sampled: ${SAMPLED.join(', ')}.`,
  );
}

function centersOf({ keys, says }: GivenBlock, design: DesignName): number | undefined {
  if (WITH_CENTERS.includes(design)) return keys.centers;
  if (keys.centers === undefined || !says('centers')) return undefined;
  throw new DesignProblem(
    `The design ${design} has no centre points.`,
    `Take out centers, or choose ${WITH_CENTERS.join(' or ')}.`,
  );
}

function baselineOf(
  { keys, says, at }: GivenBlock,
  design: DesignName,
  factors: readonly Factor[],
): Block['baseline'] {
  const names = factors.map(({ name }) => plainName(name));
  // Without a prototype: a factor may be called like one of its members.
  const baseline = Object.create(null) as Record<string, string | number | boolean>;
  for (const [name, value] of Object.entries(keys.baseline ?? {})) {
    const plain = plainName(name);
    if (says('baseline')) at(['baseline', name], () => checkBaseline(design, plain, names));
    if (design === 'oat' && names.includes(plain)) baseline[plain] = value;
  }
  return baseline;
}

function checkBaseline(design: DesignName, name: string, names: readonly string[]): void {
  if (design !== 'oat')
    throw new DesignProblem(
      `The design ${design} has no baseline.`,
      'Take it out, or choose oat, which varies one factor at a time around it.',
    );
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  throw new DesignProblem(
    `The baseline has a value for ${name}, which is no factor.`,
    meant ? `Did you mean ${meant}?` : `The factors are ${names.join(', ')}.`,
  );
}

function whereOf({ keys, at }: GivenBlock, factors: readonly Factor[], repeated?: Factor): string[] {
  const { where = [] } = keys;
  if (typeof where === 'string') at(['where'], () => checkCondition(where, factors, repeated));
  else
    where.forEach((text, i) => {
      at(['where', i], () => checkCondition(text, factors, repeated));
    });
  return typeof where === 'string' ? [where] : where;
}

function checkWhens({ at }: GivenBlock, factors: readonly Factor[], repeated?: Factor): void {
  for (const { name, when } of factors) {
    if (when === undefined) continue;
    at(['factors', name, 'when'], () => {
      checkCondition(when, factors, repeated);
      if (namesIn(when).includes(plainName(name)))
        throw new DesignProblem(
          `Whether ${name} takes part cannot depend on ${name} itself.`,
          'Use the other factors, or leave values out with --where.',
        );
    });
  }
}

function checkCondition(text: string, factors: readonly Factor[], repeated?: Factor): void {
  if (repeated && namesIn(text).includes(plainName(repeated.name)))
    throw new DesignProblem(
      `${text} cannot use ${repeated.name}, over which every run is repeated.`,
      `Make ${repeated.name} a factor like the others: --set ${repeated.name}=1..3.`,
    );
  compileCondition(
    text,
    factors.map(({ name }) => plainName(name)),
  );
}

function commandOf({ keys, namesAtTop }: GivenBlock, factors: readonly Factor[]): string[] {
  const argv = argvOf(keys.command ?? '');
  if (!argv[0])
    throw new DesignProblem(
      'There is no command to run.',
      'Name it last: -- python main.py, or in a spec: command: python main.py',
    );
  const names = factors.map(({ name }) => plainName(name));
  for (const place of placeholdersIn(argv)) {
    if (!names.includes(place)) checkPlace(place, names, namesAtTop);
  }
  return argv;
}

/** Braces that stand for no factor stay as they are, unless one was probably meant. */
function checkPlace(place: string, names: readonly string[], namesAtTop: readonly string[]): void {
  const meant = nearest(place, names);
  if (meant === undefined && !namesAtTop.includes(place)) return;
  throw new DesignProblem(
    `The command has a place for {${place}}, but there is no such factor.`,
    meant
      ? `Did you mean {${meant}}?`
      : `Give ${place} values in this block, or the block a command of its own.`,
  );
}

/** The words of a command. Throws `DesignProblem` for quotes that are not closed. */
export function argvOf(command: NonNullable<BlockSpec['command']>): string[] {
  return typeof command === 'string' ? splitWords(command) : command.map(valueText);
}
