/*
 * Exponential and logarithm by the four basic operations alone: these are exact to the last bit by IEEE 754, while
 * Math.exp and Math.log may differ between processors and versions, and with them the commands of a design.
 */

/** ln 2 in two parts; the first has so few digits that its product with a whole number up to 2^20 is exact. */
const LN2_HIGH = 0x162e42fee / 0x200000000;
const LN2_LOW = 1.9082149292705877e-10;

/** Within 2 units in the last place where `x` is between -700 and 700. */
export function exp(x: number): number {
  const twos = Math.round(x / Math.LN2);
  const rest = x - twos * LN2_HIGH - twos * LN2_LOW;
  let sum = 1;
  // Taylor's series; the rest is at most 0.35, so the next term is below 2^-57.
  for (let n = 13; n >= 1; n--) sum = 1 + (rest / n) * sum;
  return sum * powerOfTwo(twos);
}

/** Natural logarithm of a normal number above 0; within 3 units in the last place. */
export function log(x: number): number {
  let twos = 0;
  let rest = x;
  for (; rest >= 1.5; twos++) rest /= 2;
  for (; rest < 0.75; twos--) rest *= 2;
  // ln((1 + s) / (1 - s)) = 2 (s + s^3/3 + s^5/5 + ...), and s is at most 0.2.
  const s = (rest - 1) / (rest + 1);
  let sum = 0;
  for (let n = 25; n >= 1; n -= 2) sum = 1 / n + s * s * sum;
  return twos * LN2_HIGH + (2 * s * sum + twos * LN2_LOW);
}

function powerOfTwo(exponent: number): number {
  let power = 1;
  let square = exponent < 0 ? 0.5 : 2;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}
