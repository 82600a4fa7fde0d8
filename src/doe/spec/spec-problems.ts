import { ORDERS, STYLES } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';
import { readDesign } from './spec-design.js';
import { pathText, type Path } from './spec-path.js';
import { shortened } from '../factors/spelling-items.js';
import { nearest } from '../suggest.js';

/** What the schema objects to, as far as it matters here. */
interface Issue {
  readonly code: string | undefined;
  readonly path: Path;
  /** Of a union: what each of its alternatives objects to, with paths from here on. */
  readonly errors?: readonly (readonly Issue[])[];
  /** The type that was. */
  readonly expected?: string;
  /** That are unknown. */
  readonly keys?: readonly string[];
}

export interface KnownKeys {
  readonly spec: readonly string[];
  readonly block: readonly string[];
  readonly factor: readonly string[];
}

interface Fault {
  readonly problem: string;
  readonly remedy: string;
  /** The path of what is missing, or of what was probably meant. */
  readonly missing?: string;
  readonly meant?: string;
}

/** More at once only confuse. */
const MOST = 5;

/** Says what is wrong with a value that is no spec, one problem a line, each with its path. */
export function specProblem(value: unknown, issues: readonly Issue[], known: KnownKeys): DesignProblem {
  const all = issues.flatMap(innermost).flatMap((issue) => faultsOf(value, issue, known));
  const faults = all.filter(({ missing }) => !missing || !all.some(({ meant }) => meant === missing));
  const [first, ...others] = faults as [Fault, ...Fault[]];
  if (others.length === 0) return new DesignProblem(first.problem, first.remedy);
  const lines = faults.slice(0, MOST).map(({ problem, remedy }) => `${problem} ${remedy}`);
  if (faults.length > MOST) lines.push(`And ${faults.length - MOST} more.`);
  return new DesignProblem(lines.join('\n'), 'Correct these; docs/doe.md shows what stands in a spec.');
}

/** The issues of the alternative that was meant: one whose parts are wrong, and not the whole of it. */
function innermost(issue: Issue): Issue[] {
  const meant = (issue.errors ?? []).filter((branch) =>
    branch.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  // Of lists the one that holds for longer.
  const [best] = meant.toSorted((a, b) => firstPlace(b) - firstPlace(a));
  if (!best) return [issue];
  return best.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }));
}

function firstPlace([issue]: readonly Issue[]): number {
  const place = issue?.path[0];
  return typeof place === 'number' ? place : 0;
}

function faultsOf(value: unknown, issue: Issue, known: KnownKeys): Fault[] {
  const { path, keys } = issue;
  if (keys) return unknownKeys(path, keys, known);
  const there = valueAt(value, path);
  const name = pathText(path);
  const fault = {
    problem: `${name || 'The spec'} is ${shown(there)}.`,
    remedy: unquoted(there) ?? wanted(issue),
    ...(there === undefined ? { missing: name } : {}),
  };
  return [typeof there === 'string' ? { ...fault, ...wrongWord(path, there, name) } : fault];
}

function unknownKeys(path: Path, unknown: readonly string[], { spec, block, factor }: KnownKeys): Fault[] {
  const [kind, known] =
    path.length === 0
      ? (['a spec', spec] as const)
      : isBlock(path)
        ? (['a block', block] as const)
        : (['a factor', factor] as const);
  const faults: Fault[] = [];
  const strange: string[] = [];
  for (const key of unknown) {
    const problem = `${pathText([...path, key])} is no key of ${kind}.`;
    const meant = nearest(key, known);
    if (isBlock(path) && spec.includes(key))
      faults.push({ problem, remedy: `Put ${key} at the top, where it is for all blocks.` });
    else if (meant !== undefined)
      faults.push({ problem, remedy: `Did you mean ${meant}?`, meant: pathText([...path, meant]) });
    else strange.push(pathText([...path, key]));
  }
  if (strange.length > 0)
    faults.push({
      problem: `${shortened(strange.join(', '))} ${strange.length > 1 ? 'are no keys' : 'is no key'} of ${kind}.`,
      remedy: `Its keys are ${known.filter((key) => key !== '$schema').join(', ')}.`,
    });
  return faults;
}

function isBlock(path: Path): boolean {
  return path.length === 2 && path[0] === 'blocks';
}

/** For what has to be one of a few words. */
function wrongWord(path: Path, there: string, name: string): Partial<Fault> {
  const key = keyOf(path);
  if (key === 'design') return wrongDesign(there, name);
  const words: readonly string[] | undefined = key === 'as' ? STYLES : key === 'order' ? ORDERS : undefined;
  if (!words) return {};
  const meant = nearest(there, words);
  return { remedy: `${meant ? `Did you mean ${meant}? ` : ''}It is one of ${words.join(', ')}.` };
}

function wrongDesign(text: string, name: string): Partial<Fault> {
  try {
    readDesign(text);
    return {};
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    return { problem: `${name}: ${error.problem}`, remedy: error.remedy };
  }
}

const VALUES = 'values: a spelling such as log:1e-4..1e-1:4, or a list such as [1, 2, 3]';

const WANTED: Readonly<Record<string, string>> = {
  command: 'Give the command as you would type it, or a list of its words.',
  factors: 'Give names with their values, such as lr: log:1e-4..1e-1:4.',
  factor: `Give it ${VALUES}.`,
  value: 'Give a text, a number, true or false.',
  when: 'Give a condition as a text, such as \'optimizer == "sgd"\'.',
  as: `Give one of ${STYLES.join(', ')}.`,
  design: 'Give the name of a design, such as factorial or sobol.',
  runs: 'Give a whole number, 1 or more.',
  centers: 'Give a whole number, 0 or more.',
  baseline: 'Give names with a value for each, such as lr: 0.1.',
  where: "Give a condition as a text, such as 'lr * batch < 1', or a list of them.",
  repeat: 'Give a whole number, 1 or more, or a factor to repeat over, such as seed=1..3.',
  seed: 'Give a whole number, 0 or more, of at most 15 digits.',
  scramble: 'Give true or false.',
  order: `Give one of ${ORDERS.join(', ')}.`,
  blocks: 'Give a list with at least one block in it.',
  block: 'Give keys, such as design: lhs.',
  $schema: 'Give the path of a JSON Schema, or take it out.',
};

/** Of a placeholder that YAML took for a map: `{lr}` without quotes. */
function unquoted(there: unknown): string | undefined {
  const [[name, value] = [], ...more] = isMap(there) ? Object.entries(there) : [];
  const isPlaceholder = name !== undefined && value === null && more.length === 0;
  return isPlaceholder ? `Put quotes around text that begins with a brace: '{${shortened(name)}}'.` : undefined;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wanted({ path, expected }: Issue): string {
  if (path.length === 0) return 'It has keys: command, factors, design and others; docs/doe.md shows some.';
  const key = keyOf(path);
  if (key === 'value' && expected === 'array') return 'Give a list of arguments, as the others are.';
  return WANTED[key] ?? 'docs/doe.md shows what stands in a spec.';
}

/** Which row of the table above a place belongs to. */
function keyOf(path: Path): string {
  const [top, ...rest] = path[0] === 'blocks' && path.length > 2 ? path.slice(2) : path;
  if (top === 'factors' && rest.length > 0) {
    if (rest[1] === 'as' || rest[1] === 'when') return rest[1];
    return typeof rest.at(-1) === 'number' ? 'value' : 'factor';
  }
  if (top === 'baseline' && rest.length > 0) return 'value';
  if (top === 'blocks' && rest.length > 0) return 'block';
  return String(top);
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (typeof value === 'string') return shortened(JSON.stringify(value));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map of keys';
}

function valueAt(value: unknown, path: Path): unknown {
  let there = value;
  for (const key of path) there = (there as Record<PropertyKey, unknown>)[key];
  return there;
}
