import { InvalidArgumentError } from 'commander';
import type { ColourChoice } from '../ports/screen-colour.js';

/** Options that every command has. */
export interface GlobalOptions {
  readonly color: ColourChoice;
  readonly debug?: boolean;
}

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
