import { plainName, type Block } from './experiment.js';
import { compileCondition } from './expressions/expression.js';
import { combinations } from './designs/factorial.js';
import { sizeOf } from './factors/levels.js';
import { DesignProblem } from './designs/points.js';
import type { Source } from './source.js';
import type { Level } from './factors/space.js';

/** What became of a block's points. */
export interface Selection {
  /** The points that are runs, ascending. */
  readonly rows: Uint32Array;
  /** Points left out because a constraint does not hold. */
  readonly excluded: number;
  /** Points left out because an earlier one makes the same command. */
  readonly duplicates: number;
}

type Levels = (Level | undefined)[];

/** So many points are tried, and for each that is found so many again, before giving up on the rest. */
const TRIES = 1_000_000;
const TRIES_PER_RUN = 1000;

/** Leaves out of each point's levels the factors whose condition does not hold. */
export function conditionsOf({ factors }: Block): (levels: Levels) => void {
  const names = factors.map(({ name }) => plainName(name));
  const conditional = factors.flatMap(({ when }, f) =>
    when === undefined ? [] : [{ f, holds: compileCondition(when, names) }],
  );
  return (levels) => {
    // In the factors' order: one that is left out is absent for those behind it.
    for (const { f, holds } of conditional) {
      if (!holds((name) => levels[names.indexOf(name)]?.value)) levels[f] = undefined;
    }
  };
}

/** Chooses the points that become runs: those that the constraints allow, and each command once. */
export function select(
  block: Block,
  { points, wanted, levels }: Source,
  isNew: (levels: Levels, row: number) => boolean,
): Selection {
  const names = block.factors.map(({ name }) => plainName(name));
  const constraints = block.where.map((text) => compileCondition(text, names, true));
  const applyConditions = conditionsOf(block);
  const present: Levels = [];
  const valueOf = (name: string) => present[names.indexOf(name)]?.value;
  const rows: number[] = [];
  let excluded = 0;
  let duplicates = 0;
  // There are no more, though a sequence goes on without an end.
  const different = combinations(block.factors.map(({ space }) => sizeOf(space)));
  const enough = wanted === undefined ? Infinity : Math.min(wanted, different);
  const isHopeless = (row: number) => wanted !== undefined && row >= TRIES + TRIES_PER_RUN * rows.length;
  let row = 0;
  for (; row < points.count && rows.length < enough && !isHopeless(row); row++) {
    levels(row, present);
    applyConditions(present);
    if (!constraints.every((holds) => holds(valueOf))) {
      excluded++;
    } else if (row < (points.replicatesFrom ?? Infinity) && !isNew(present, row)) {
      duplicates++;
    } else {
      rows.push(row);
    }
  }
  if (wanted !== undefined && rows.length < wanted)
    throw tooFew(wanted, { found: rows.length, tried: isHopeless(row) ? row : undefined, excluded, ...block });
  return { rows: Uint32Array.from(rows), excluded, duplicates };
}

interface Found extends Pick<Block, 'where'> {
  readonly found: number;
  /** Of how many points, where there are more of them. */
  readonly tried: number | undefined;
  readonly excluded: number;
}

function tooFew(wanted: number, { found, tried, excluded, where }: Found): DesignProblem {
  const asked = wanted === 1 ? '1 run was' : `${wanted} runs were`;
  const among = tried === undefined ? 'these factors have' : `the first ${tried} points have`;
  const few = found === 0 ? 'none' : `only ${found} different ones`;
  const allowed = excluded > 0 ? ' that the constraints allow' : '';
  return new DesignProblem(
    `${asked} asked for, but ${among} ${few}${allowed}.`,
    found > 0 ? `Give --runs ${found}, or more values.` : `Check ${where.join(' and ')}.`,
  );
}
