import { centersInWords, withCenters } from './centers.js';
import { DesignProblem, type Points } from './points.js';

const MOST_FACTORS = 20;

interface BoxBehnken {
  readonly points: Points;
  /** Sentences for the user. */
  readonly facts: readonly string[];
}

/** Which factors change together while all others stay in the middle. */
type Block = readonly number[];

interface Blocks {
  readonly blocks: readonly Block[];
  /** The last factor of each block is the product of the others: half of the block's combinations. */
  readonly halved?: boolean;
  readonly note?: string | undefined;
}

/**
 * A Box-Behnken design, for a model with curves and interactions of two factors, on three levels and without the
 * corners: in each block of an incomplete block design, its factors take all combinations of their ends. Runs
 * without the centre points, for 3 to 7 factors: 12, 24, 40, 48, 56; 9 to 12: 96, 160, 176, 192; 16: 320; for others
 * up to 20 four for each pair of factors. Throws `DesignProblem`.
 *
 * Source: Box and Behnken, Some new three level designs for the study of quantitative variables, Technometrics 2 (1960).
 */
export function boxBehnken(factors: number, centers = 1): BoxBehnken {
  if (!Number.isInteger(factors) || factors < 3 || factors > MOST_FACTORS)
    throw new DesignProblem(
      `A Box-Behnken design needs from 3 to ${MOST_FACTORS} factors, not ${factors}.`,
      factors > MOST_FACTORS
        ? 'Find the factors that matter with --design plackett-burman first, or use --design ccd.'
        : 'Add a factor, or use --design ccd.',
    );
  const { blocks, halved = false, note } = blocksOf(factors);
  const free = (blocks[0] as Block).length - Number(halved);
  const perBlock = 2 ** free;
  const runs = blocks.length * perBlock;
  const points = withCenters(runs, centers, (row, point) => {
    point.fill(0);
    let product = 1;
    for (const [at, factor] of (blocks[Math.floor(row / perBlock)] as Block).entries()) {
      const sign = at === free ? product : ((row >>> at) & 1) * 2 - 1;
      point[factor] = sign;
      product *= sign;
    }
  });
  const counts = `${runs} runs in ${blocks.length} blocks of ${perBlock}, ${centersInWords(centers)}`;
  return { points, facts: [`Box-Behnken design: ${counts}.`, ...(note === undefined ? [] : [note])] };
}

function blocksOf(factors: number): Blocks {
  switch (factors) {
    case 6:
    case 7:
      return { blocks: cyclic(factors, [0, 1, 3]) };
    case 9:
      return { blocks: affinePlane(3, [0, 1, 3]), note: lessThan(15) };
    case 10:
      return { blocks: petersen() };
    case 11:
      return { blocks: cyclic(11, [1, 3, 4, 5, 9]), halved: true };
    case 12:
      return { blocks: cyclic(12, [0, 1, 4, 6]) };
    case 16:
      return { blocks: affinePlane(4, [0, 1, 3, 7]), note: lessThan(24) };
    default:
      return { blocks: pairs(factors), note: factors > 5 ? allPairs(factors) : undefined };
  }
}

function allPairs(factors: number): string {
  return `Box and Behnken give none for ${factors} factors: here each pair of factors has a block.`;
}

function lessThan(published: number): string {
  return `Each pair of factors is in one block; Box and Behnken have ${published} blocks, with some pairs in two.`;
}

function pairs(factors: number): Block[] {
  const blocks: Block[] = [];
  for (let a = 0; a < factors; a++) for (let b = a + 1; b < factors; b++) blocks.push([a, b]);
  return blocks;
}

/** `first` moved on again and again, modulo `count`. */
function cyclic(count: number, first: Block): Block[] {
  return Array.from({ length: count }, (_, shift) => first.map((factor) => (factor + shift) % count));
}

/**
 * The lines of the affine plane of this order, from a difference set that has every number modulo order^2 - 1 but
 * the multiples of order + 1 (Bose, 1942): these lines, and the multiples' cosets with the one point more.
 */
function affinePlane(order: number, differences: Block): Block[] {
  const count = order ** 2 - 1;
  const cosets = Array.from({ length: order + 1 }, (_, shift) =>
    Array.from({ length: order }, (__, at) => (at === order - 1 ? count : shift + at * (order + 1))),
  );
  return [...cyclic(count, differences), ...cosets];
}

/** Each vertex of the Petersen graph with its neighbours: neighbours are in two blocks together, others in one. */
function petersen(): Block[] {
  const vertices = pairs(5);
  const apart = (v: Block, w: Block) => v.every((end) => !w.includes(end));
  return vertices.map((v) => vertices.flatMap((w, at) => (v === w || apart(v, w) ? [at] : [])));
}
