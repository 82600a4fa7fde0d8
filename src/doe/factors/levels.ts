/*
 * The values that a factor's space stands for: listed one by one, drawn by a share in [0, 1), or from the low end to
 * the high end as -1 to 1. All of it is neat numbers, and the same to the last digit on every platform.
 */
export { checkSpace } from './levels-check.js';
export { coded } from './levels-coded.js';
export { quantile } from './levels-drawn.js';
export { levelsOf, sizeOf } from './levels-listed.js';
