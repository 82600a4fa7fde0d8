const LEAST_POWER = -325;
const POWERS = Float64Array.from({ length: 635 }, (_, i) => Number(`1e${i + LEAST_POWER}`));
/** Up to here powers of ten are exact, and so a whole number divided by one is the double nearest to that decimal. */
const MOST_EXACT_POWER = 22;

function power(exponent: number): number {
  return POWERS[exponent - LEAST_POWER] as number;
}

/** The exponent of the greatest power of ten that is at most `x`, for a finite `x` above 0. */
function exponentOf(x: number): number {
  // A logarithm may be off by its last digit: begin one higher, and compare.
  let exponent = Math.floor(Math.log10(x)) + 1;
  while (power(exponent) > x) exponent--;
  return exponent;
}

/** Places behind the decimal point of a finite number: 2 for 0.25, -1 for 340. */
export function decimalsOf(x: number): number {
  const [mantissa, exponent] = x.toExponential().split('e') as [string, string];
  return mantissa.replace(/^-?\d\.?/, '').length - Number(exponent);
}

/**
 * The multiple nearest to `x` of the greatest power of ten that is at most `resolution`: a short decimal that is off by
 * at most half the resolution. `x` itself where a double is not that fine, or where the resolution is not above 0.
 */
export function neat(x: number, resolution: number): number {
  if (!(resolution > 0) || !Number.isFinite(x)) return x;
  const exponent = exponentOf(resolution);
  if (Math.abs(exponent) > MOST_EXACT_POWER) return neatByDigits(x, exponent);
  const one = power(Math.abs(exponent));
  const size = Math.abs(x);
  const whole = Math.round(exponent < 0 ? size * one : size / one);
  if (whole > Number.MAX_SAFE_INTEGER) return x;
  // Adding 0 makes 0 of -0.
  return Math.sign(x) * (exponent < 0 ? whole / one : whole * one) + 0;
}

function neatByDigits(x: number, exponent: number): number {
  const digits = x === 0 ? 0 : exponentOf(Math.abs(x)) - exponent;
  if (digits > 16) return x;
  if (digits >= 0) return Number(x.toExponential(digits));
  return Math.abs(x) < power(exponent) / 2 ? 0 : Math.sign(x) * power(exponent);
}

/**
 * How a number is typed: the shortest text that reads back as it; plain from 0.000001 to below 1e16, which holds every
 * exact whole number, and as `1.5e-7` beyond; Python's `float` and, for the plain ones, `int` read it.
 */
export function numberText(x: number): string {
  const text = Math.abs(x) < 1e16 ? String(x) : x.toExponential();
  return text.replace('e+', 'e');
}

/** How a value is typed where nobody typed it otherwise. */
export function valueText(value: string | number | boolean): string {
  return typeof value === 'number' ? numberText(value) : String(value);
}
