import type { Space } from './factors/space.js';

/*
 * From "these options, these values" to a schedule, as data:
 *
 *   spec (what a person writes: flags, a file, answers) -> experiment -> plan -> lines of the schedule
 *
 * A block is a command, its factors and a design over them. The design is a table of points; a factor turns its
 * coordinate of a point into a value, and the command's template turns the values into an argv.
 */

/** How a value enters the command: `--name value`, `--name=value`, `name=value`, `value`. A placeholder needs none. */
export const STYLES = ['option', 'equals', 'bare', 'positional'] as const;
export type Style = (typeof STYLES)[number];

export const DESIGNS = [
  'factorial',
  'random',
  'zip',
  'oat',
  'lhs',
  'sobol',
  'halton',
  'fractional',
  'plackett-burman',
  'ccd',
  'box-behnken',
] as const;
export type DesignName = (typeof DESIGNS)[number];

export const ORDERS = ['as-given', 'shuffled', 'balanced'] as const;
export type Order = (typeof ORDERS)[number];

/** What an expression sees and a command gets. A flag that is absent is `false`. */
export type Value = string | number | boolean;

export interface Factor {
  /** As it was typed: `lr`, `--lr`, `-l`. Expressions and placeholders know it without the dashes. */
  readonly name: string;
  readonly space: Space;
  readonly style: Style;
  /** It takes part only in runs where this expression over the other factors holds. */
  readonly when?: string;
}

export interface Block {
  /** The argv that the factors enter; `{name}` in an argument is replaced by that factor's value. */
  readonly command: readonly string[];
  readonly factors: readonly Factor[];
  readonly design: DesignName;
  /** After the colon of `lhs:maximin`, `fractional:IV`, `ccd:faced`. */
  readonly variant?: string;
  /** Points of a sampled design, and how often it has grown since: 64, then 32 more, is [64, 32]. */
  readonly runs?: readonly number[];
  /** Centre points of a central composite or Box-Behnken design. */
  readonly centers?: number;
  /** For one-at-a-time: where all other factors stay; by name without dashes. The first level where none is given. */
  readonly baseline: Readonly<Record<string, Value>>;
  /** Only runs where all of these hold. */
  readonly where: readonly string[];
  readonly repeat: Repeat;
}

/** Every run this often, or once with each of these values of one more factor. */
export type Repeat = { readonly times: number } | { readonly factor: Factor };

export interface Experiment {
  readonly blocks: readonly Block[];
  readonly order: Order;
  /** Of everything that is drawn; a whole number, 0 or more. */
  readonly seed: number;
  /** Whether Sobol and Halton points are scrambled. */
  readonly scramble: boolean;
}

/** The name that expressions, placeholders and `--baseline` use: no dashes in front, `_` for those within. */
export function plainName(name: string): string {
  return name.replace(/^-+/, '').replaceAll('-', '_');
}
