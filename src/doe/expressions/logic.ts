import type { Value } from '../experiment.js';
import { calculate, compare, truth, type Operand } from './operators.js';

/** The value of a factor by its name; undefined in runs where it takes no part. */
export type Scope = (name: string) => Value | undefined;

/** Undefined where it hangs on the value of a factor that takes no part: neither true nor false. */
export type Meaning = (scope: Scope) => Value | undefined;

export type Condition = (scope: Scope) => boolean | undefined;

export interface Part {
  readonly text: string;
  readonly of: Meaning;
}

export function calculation(
  text: string,
  operate: Parameters<typeof calculate>[1],
  parts: readonly Part[],
): Meaning {
  return (scope) => {
    const operands = operandsOf(parts, scope);
    return operands && calculate(text, operate, operands);
  };
}

/** Undefined if one of them is. */
export function operandsOf(parts: readonly Part[], scope: Scope): Operand[] | undefined {
  const operands: Operand[] = [];
  for (const { text, of } of parts) {
    const value = of(scope);
    if (value === undefined) return undefined;
    operands.push({ text, value });
  }
  return operands;
}

/** For `or`, which one that is true decides, and `and`, which one that is false does; else unknown if one is. */
export function decidedBy(deciding: boolean, conditions: readonly Condition[]): Condition {
  return (scope) => {
    let result: boolean | undefined = !deciding;
    for (const holds of conditions) {
      const value = holds(scope);
      if (value === deciding) return deciding;
      if (value === undefined) result = undefined;
    }
    return result;
  };
}

export function condition({ text, of }: Part): Condition {
  return (scope) => {
    const value = of(scope);
    return value === undefined ? undefined : truth({ text, value });
  };
}

export function not(holds: Condition): Condition {
  return (scope) => {
    const value = holds(scope);
    return value === undefined ? undefined : !value;
  };
}

/** The list may be mixed, but must have something of the value's type, or the question is a slip. */
export function isAmong(
  text: string,
  part: Part,
  elements: readonly Part[],
  scope: Scope,
): boolean | undefined {
  const value = part.of(scope);
  if (value === undefined) return undefined;
  const operand = { text: part.text, value };
  let result: false | undefined = false;
  let alike = false;
  let different: Operand | undefined;
  for (const element of elements) {
    const other = element.of(scope);
    if (other === undefined) result = undefined;
    else if (typeof other !== typeof value) different = { text: element.text, value: other };
    else if (compare(text, '==', operand, { text: element.text, value: other })) return true;
    else alike = true;
  }
  // Throws.
  if (different && !alike) compare(text, '==', operand, different);
  return result;
}
