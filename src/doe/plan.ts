import { balancedOrder } from './designs/balanced.js';
import { columnsOf } from './columns.js';
import { Distinct } from './distinct.js';
import { plainName, type Block, type Experiment, type Value } from './experiment.js';
import { levelsOf, sizeOf } from './factors/levels.js';
import { DesignProblem } from './designs/points.js';
import { Random } from './designs/random.js';
import { conditionsOf, select, type Selection } from './select.js';
import { sourceOf, type Source } from './source.js';
import type { Level } from './factors/space.js';
import { templateOf, type Template } from './template.js';

/** What a design left out, and what there is to know about it. */
export interface PlanReport {
  readonly duplicates: number;
  readonly excluded: number;
  /** Sentences about the designs. */
  readonly facts: readonly string[];
}

/** The runs of an experiment in their order, each made when it is asked for. */
export interface Plan {
  readonly experiment: Experiment;
  readonly count: number;
  readonly report: PlanReport;
  readonly argv: (run: number) => string[];
  /** By plain name; a factor that takes no part is missing. */
  readonly values: (run: number) => Map<string, Value>;
}

type Levels = (Level | undefined)[];

/** A block before its points are gone through. */
interface Sketch {
  readonly block: Block;
  readonly source: Source;
  readonly template: Template;
  readonly levelsOf: (row: number) => Levels;
  /** What tells its command from others. */
  readonly keyOf: (levels: Levels) => string;
  /** Of the factor that is repeated over, if there is one. */
  readonly repeated: readonly Level[] | undefined;
  readonly times: number;
  readonly names: readonly string[];
}

interface Part extends Sketch {
  readonly selection: Selection;
}

/** At most so many runs will be planned; cheap, unlike planning. Throws `DesignProblem`. */
export function boundOf(experiment: Experiment): number {
  return sum(
    experiment.blocks.map((block, index) => {
      const points = block.runs ? sum(block.runs) : sourceOf(experiment, index).points.count;
      return points * timesOf(block.repeat);
    }),
  );
}

/** Throws `DesignProblem`. */
export function planOf(experiment: Experiment): Plan {
  const parts = partsOf(experiment);
  // The whole experiment once, then all of it again: stopping between leaves complete replicates.
  const stretches = Array.from({ length: Math.max(...parts.map(({ times }) => times)) }, (_, replicate) =>
    parts.filter(({ times }) => replicate < times).map((part) => ({ part, replicate })),
  );
  const flat = stretches.flat();
  const starts = runningTotal(flat.map(({ part }) => part.selection.rows.length));
  const count = starts.at(-1) as number;
  if (count === 0) throw nothingLeft(parts);

  const levelsAt = (place: number) => {
    const at = lastAtMost(starts, place);
    const { part, replicate } = flat[at] as (typeof flat)[number];
    const row = part.selection.rows[place - (starts[at] as number)] as number;
    const levels = part.levelsOf(row);
    if (part.repeated) levels.push(part.repeated[replicate]);
    return { part, levels };
  };
  const values = (place: number) => {
    const { part, levels } = levelsAt(place);
    const entries = part.names.map((name, f) => [name, levels[f]?.value] as const);
    return new Map(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
  };
  const order = orderOf(experiment, values, runningTotal(stretches.map(sizeOfStretch)));
  const placeOf = (run: number) => (order ? (order[run] as number) : run);
  return {
    experiment,
    count,
    report: {
      duplicates: sum(parts.map(({ selection }) => selection.duplicates)),
      excluded: sum(parts.map(({ selection }) => selection.excluded)),
      facts: parts.flatMap((part) => [...part.source.facts, ...shortfallOf(part)]),
    },
    argv(run) {
      const { part, levels } = levelsAt(placeOf(run));
      return part.template(levels);
    },
    values: (run) => values(placeOf(run)),
  };
}

/** The blocks with the points that become runs: each command once, whichever block makes it. */
function partsOf(experiment: Experiment): Part[] {
  const sketches = experiment.blocks.map((block, index) => sketchOf(block, index, experiment));
  const distinct = new Distinct(({ block, row }) => {
    const { levelsOf, keyOf } = sketches[block] as Sketch;
    return keyOf(levelsOf(row));
  });
  return sketches.map((sketch, index) => {
    const isNew = (levels: Levels, row: number) => distinct.isNew(sketch.keyOf(levels), { block: index, row });
    return { ...sketch, selection: select(sketch.block, sketch.source, isNew) };
  });
}

function sketchOf(block: Block, index: number, experiment: Experiment): Sketch {
  const { repeat } = block;
  const factors = 'factor' in repeat ? [...block.factors, repeat.factor] : block.factors;
  const template = templateOf(block.command, factors);
  const source = sourceOf(experiment, index);
  const applyConditions = conditionsOf(block);
  // Where the factors that blocks repeat over differ, so do their commands, whatever the rest says.
  const family = 'factor' in repeat ? JSON.stringify(repeat.factor) : '';
  return {
    block,
    source,
    template,
    levelsOf(row) {
      const levels: Levels = [];
      source.levels(row, levels);
      applyConditions(levels);
      return levels;
    },
    keyOf: (levels) => `${family}${template(levels).join('\0')}`,
    repeated: 'factor' in repeat ? levelsOf(repeat.factor) : undefined,
    times: timesOf(repeat),
    names: factors.map(({ name }) => plainName(name)),
  };
}

/** Of a design that makes all its points at once, what is left out is not made up for. */
function shortfallOf({ block: { design, runs }, selection: { rows } }: Part): string[] {
  const wanted = sum(runs ?? []);
  if (rows.length >= wanted) return [];
  return [`${rows.length} of the ${wanted} runs that were asked for are left of the ${design} design.`];
}

function timesOf(repeat: Block['repeat']): number {
  return 'factor' in repeat ? sizeOf(repeat.factor.space) : repeat.times;
}

function sizeOfStretch(stretch: readonly { part: Part }[]): number {
  return sum(stretch.map(({ part }) => part.selection.rows.length));
}

/** The places in the order of their runs; undefined where they stay as they are. */
function orderOf(
  { order, seed }: Experiment,
  values: (place: number) => ReadonlyMap<string, Value>,
  stretches: readonly number[],
): Uint32Array | undefined {
  if (order === 'as-given') return undefined;
  const count = stretches.at(-1) as number;
  const places = Uint32Array.from({ length: count }, (_, place) => place);
  if (order === 'shuffled') return new Random(seed, 'order').shuffle(places);
  for (let s = 0; s + 1 < stretches.length; s++) {
    const [from, to] = [stretches[s] as number, stretches[s + 1] as number];
    const columns = columnsOf(to - from, (row) => values(from + row));
    places.set(
      balancedOrder(columns, seed).map((row) => from + row),
      from,
    );
  }
  return places;
}

function nothingLeft(parts: readonly Part[]): DesignProblem {
  const where = parts.flatMap(({ block }) => block.where);
  return new DesignProblem(
    'Nothing is left to run: no combination is allowed.',
    where.length > 0 ? `Check ${where.join(' and ')}.` : 'Give each factor at least one value.',
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** 0, a, a + b, ... */
function runningTotal(numbers: readonly number[]): number[] {
  let total = 0;
  return [0, ...numbers.map((number) => (total += number))];
}

/** The last of the ascending `starts` that is at most `place`, empty stretches aside. */
function lastAtMost(starts: readonly number[], place: number): number {
  let at = starts.length - 2;
  while ((starts[at] as number) > place) at--;
  return at;
}
