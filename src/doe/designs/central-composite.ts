import { centersInWords, withCenters } from './centers.js';
import { fractional } from './fractional.js';
import { DesignProblem, type Points } from './points.js';

const VARIANTS = ['faced', 'inscribed', 'circumscribed'] as const;
type Variant = (typeof VARIANTS)[number];

/** From so many factors on, a fraction takes the place of all combinations. */
const FRACTION_FROM = 5;

interface CentralComposite {
  readonly points: Points;
  /** Distance of the axial runs from the centre, where the factorial runs are at -1 and 1. */
  readonly alpha: number;
  readonly factorialRuns: number;
  readonly axialRuns: number;
  /** Sentences for the user. */
  readonly facts: readonly string[];
}

/**
 * A central composite design, for a model with curves and interactions of two factors: F runs of a two-level
 * design (all combinations up to 4 factors, then the smallest fraction of resolution V), two axial runs for each
 * factor, and centre points; F + 2k + centers runs in all.
 *
 * `faced` (where nothing is said): axial runs at the ends of the ranges. `circumscribed`: outside of them at
 * alpha = F^(1/4), which makes the design rotatable. `inscribed`: the same, scaled into the ranges.
 * Throws `DesignProblem`.
 *
 * Source: Box and Wilson, On the experimental attainment of optimum conditions, J. R. Stat. Soc. B 13 (1951); alpha of
 * Box and Hunter, Multi-factor experimental designs for exploring response surfaces, Ann. Math. Stat. 28 (1957).
 */
export function centralComposite(factors: number, variant: Variant = 'faced', centers = 1): CentralComposite {
  if (!Number.isInteger(factors) || factors < 2)
    throw new DesignProblem(
      `A central composite design needs at least 2 factors, not ${factors}.`,
      'Add a factor, or use --design factorial.',
    );
  if (!VARIANTS.includes(variant))
    throw new DesignProblem(
      `${JSON.stringify(variant)} is no kind of central composite design.`,
      `Choose one of ${VARIANTS.map((name) => `ccd:${name}`).join(', ')}.`,
    );
  // No fraction has a resolution above the number of its factors.
  const factorial = fractional(factors, factors < FRACTION_FROM ? String(factors + 1) : 'V');
  const { runs } = factorial;
  // Not Math.pow, whose last bits differ between platforms.
  const alpha = variant === 'faced' ? 1 : Math.sqrt(Math.sqrt(runs));
  const scale = variant === 'inscribed' ? 1 / alpha : 1;
  const axis = variant === 'inscribed' ? 1 : alpha;
  const points = withCenters(runs + 2 * factors, centers, (row, point) => {
    if (row < runs) {
      factorial.points.fill(row, point);
      for (let f = 0; f < factors; f++) point[f] = (point[f] as number) * scale;
    } else {
      point.fill(0);
      point[(row - runs) >> 1] = (row - runs) % 2 === 0 ? -axis : axis;
    }
  });
  const design = { points, alpha, factorialRuns: runs, axialRuns: 2 * factors };
  const dropped = factorial.generators.length;
  const fraction = dropped > 0 ? ` (2^(${factors}-${dropped}))` : '';
  const counts = `${runs} factorial runs${fraction}, ${2 * factors} axial runs`;
  return {
    ...design,
    facts: [
      `Central composite design: ${counts} with alpha = ${short(alpha)}, ${centersInWords(centers)}.`,
      ...(variant === 'circumscribed'
        ? [
            `The axial runs lie outside the ranges: ${short(alpha)} times as far from their middle as their ends.`,
          ]
        : []),
    ],
  };
}

function short(number: number): string {
  return String(Number(number.toPrecision(5)));
}
