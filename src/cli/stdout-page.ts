import { wantsColour } from '../ports/screen-colour.js';
import type { Page } from './page.js';
import type { GlobalOptions } from './program-values.js';

const DEFAULT_COLUMNS = 80;

/** What stdout is. */
export function stdoutPage({ color }: Pick<GlobalOptions, 'color'>): Page {
  const { stdout, env } = process;
  const isTerminal = stdout.isTTY;
  return {
    // A terminal that was never told its size says 0.
    columns: isTerminal ? stdout.columns || DEFAULT_COLUMNS : undefined,
    isColoured: wantsColour(color, isTerminal, env),
  };
}
