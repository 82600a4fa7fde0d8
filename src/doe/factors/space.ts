import type { Value } from '../experiment.js';

/** The values that a factor can take. */
export type Space =
  /** Listed values; `texts`, one for each, where they are typed otherwise than by default: `0.10`, `True`. */
  | { readonly is: 'values'; readonly values: readonly Value[]; readonly texts?: readonly string[] }
  /** Listed groups of arguments, each of which enters the command as it is. */
  | { readonly is: 'groups'; readonly groups: readonly (readonly string[])[] }
  /** `--name`, or nothing. */
  | { readonly is: 'flag' }
  /** `count` steps from `low` to `high`, both included, evenly spaced; for `log`, evenly in the logarithm. */
  | { readonly is: 'lin' | 'log'; readonly low: number; readonly high: number; readonly count: number }
  /** `low`, `low + step`, ... up to `high`. */
  | { readonly is: 'range'; readonly low: number; readonly high: number; readonly step: number }
  | { readonly is: 'uniform' | 'loguniform'; readonly low: number; readonly high: number }
  /** Whole numbers from `low` to `high`, both included. */
  | { readonly is: 'int'; readonly low: number; readonly high: number }
  | { readonly is: 'normal'; readonly mean: number; readonly sd: number };

/** A value as it enters the command. */
export interface Level {
  readonly value: Value;
  /** As it is typed: `0.001`, `adam`. */
  readonly text: string;
  /** For groups and flags: what stands in the command instead of name and value. */
  readonly args?: readonly string[];
}
