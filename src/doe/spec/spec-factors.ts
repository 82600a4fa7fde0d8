import { plainName, type Factor, type Style } from '../experiment.js';
import { valueText } from '../factors/number.js';
import { DesignProblem } from '../designs/points.js';
import type { Space } from '../factors/space.js';
import { at } from './spec-path.js';
import type { FactorSpec, SpaceSpec } from './spec-schema.js';
import { parseFactor, parseSpace } from '../factors/spelling.js';
import { shortened } from '../factors/spelling-items.js';
import { nearest } from '../suggest.js';

/** The factors of a block by their names as typed. */
export type NamedFactors = Readonly<Record<string, FactorSpec | null>>;

/** The factors of the top with those of a block instead of their namesakes, `null` for none. Throws `DesignProblem`. */
export function mergedFactors(top: NamedFactors, own: NamedFactors): [name: string, FactorSpec][] {
  const merged = new Map<string, [name: string, factor: FactorSpec | null]>();
  for (const [name, factor] of Object.entries(top)) merged.set(plainName(name), [name, factor]);
  for (const [name, factor] of Object.entries(own)) {
    if (factor === null && !merged.has(plainName(name))) at(['factors', name], () => noSuchFactor(name, top));
    // In the place of the one that it replaces.
    merged.set(plainName(name), [name, factor]);
  }
  return [...merged.values()].filter((entry): entry is [string, FactorSpec] => entry[1] !== null);
}

function noSuchFactor(name: string, top: NamedFactors): never {
  const meant = nearest(name, Object.keys(top));
  throw new DesignProblem(
    `${name} has no values.`,
    meant ? `Did you mean ${meant}?` : 'Give it some, or take it out: there is none of this name at the top.',
  );
}

/** Checks the names of factors within one map: each one that an option can have, and none twice. */
export function checkNames(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    at(['factors', name], () => {
      checkName(name);
      checkOther(name, seen.get(plainName(name)));
    });
    seen.set(plainName(name), name);
  }
}

/** Checks that a factor is not called like another one, if there is one. */
export function checkOther(name: string, namesake: string | undefined): void {
  if (namesake === undefined) return;
  throw new DesignProblem(
    namesake === name
      ? `There are two factors ${name}.`
      : `The factors ${namesake} and ${name} have the same name, dashes aside.`,
    'Give each factor a name of its own.',
  );
}

function checkName(name: string): void {
  if (/^\d+$/.test(name))
    throw new DesignProblem(`A factor cannot be named ${name}.`, 'Give it a name with a letter in it.');
  if (!isName(name))
    throw new DesignProblem(
      `${shortened(JSON.stringify(name))} is no name for a factor.`,
      'Write it as the command has it, without spaces, commas, quotes, braces and equals signs.',
    );
}

function isName(name: string): boolean {
  try {
    return parseFactor(`${name}=1`, 'option').name === name;
  } catch (error) {
    if (error instanceof DesignProblem) return false;
    throw error;
  }
}

/** A factor with the style of the others where it says none. Throws `DesignProblem`. */
export function factorOf(name: string, spec: FactorSpec, style: Style): Factor {
  const full = isFull(spec) ? spec : { space: spec };
  return {
    name,
    space: spaceOf(name, full.space),
    style: full.as ?? style,
    ...(full.when === undefined ? {} : { when: full.when }),
  };
}

/** A factor that says more than its values. */
export function isFull(spec: FactorSpec): spec is Exclude<FactorSpec, SpaceSpec> {
  return typeof spec === 'object' && !Array.isArray(spec);
}

/** Throws `DesignProblem`. */
export function spaceOf(name: string, spec: SpaceSpec): Space {
  if (typeof spec === 'string') return parseSpace(name, spec);
  return listOf(Array.isArray(spec) ? spec : [spec]);
}

function listOf(list: Extract<SpaceSpec, unknown[]>): Space {
  const isGroups = (all: typeof list): all is Extract<typeof list, unknown[][]> => Array.isArray(all[0]);
  return isGroups(list)
    ? { is: 'groups', groups: list.map((group) => group.map(valueText)) }
    : { is: 'values', values: list };
}
