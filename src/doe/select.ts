import { plainName, type Block } from './experiment.js';
import { compileCondition } from './expression.js';
import { DesignProblem } from './points.js';
import type { Source } from './source.js';
import type { Level } from './space.js';

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

/** So many points are tried for one that is wanted before giving up. */
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
  const last = Math.min(points.count, wanted === undefined ? Infinity : TRIES_PER_RUN * (wanted + 10));
  const enough = wanted ?? Infinity;
  for (let row = 0; row < last && rows.length < enough; row++) {
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
  if (wanted !== undefined && rows.length < wanted) throw tooFew(block, wanted, rows.length, excluded);
  return { rows: Uint32Array.from(rows), excluded, duplicates };
}

function tooFew(block: Block, wanted: number, found: number, excluded: number): DesignProblem {
  const why = excluded > 0 ? ' that the constraints allow' : '';
  return new DesignProblem(
    `${wanted} runs were asked for, but these factors have only ${found} different ones${why}.`,
    found > 0 ? `Give --runs ${found}, or more values.` : `Check ${block.where.join(' and ')}.`,
  );
}
