import { log } from './exp-log.js';

/** Coefficients of a fraction of two polynomials, from the constant term up. */
type Fraction = readonly [above: readonly number[], below: readonly number[]];

const MIDDLE: Fraction = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
];
const TAIL: Fraction = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
];

/** Half a step of a sequence of 32 bits: its first point, 0, stands for all that is below the second. */
const LEAST = 2 ** -33;

/**
 * Where the standard normal distribution has the share `p` below it, to about 16 digits (Wichura 1988, algorithm
 * AS 241, PPND16, without the tail beyond e^-25). `p` is from 0 to 1; what is closer to these than 2^-33 gives -6.34
 * and 6.34, never infinity.
 */
export function inverseNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * fraction(MIDDLE, 0.180625 - q * q);
  const r = Math.sqrt(-log(Math.max(LEAST, Math.min(p, 1 - p))));
  const size = fraction(TAIL, r - 1.6);
  return q < 0 ? -size : size;
}

function fraction([above, below]: Fraction, x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
