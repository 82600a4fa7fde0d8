import { pathText, type Path } from '../doe/spec/spec-path.js';
import { shortened } from '../doe/factors/spelling-items.js';
import { nearest } from '../doe/suggest.js';
import { hoursProblem } from './hours.js';
import { contradiction } from './settings-rules.js';
import type { SettingName } from './settings-schema.js';

/** What the schema objects to, as far as it matters here. */
interface Issue {
  readonly code: string | undefined;
  readonly path: Path;
  /** Of a union: what each of its alternatives objects to, with paths from here on. */
  readonly errors?: readonly (readonly Issue[])[];
  /** That are unknown. */
  readonly keys?: readonly string[];
}

/** What is wrong and what to do, a sentence each. */
export interface Fault {
  readonly problem: string;
  readonly remedy: string;
}

interface KnownKeys {
  readonly setting: readonly string[];
  readonly file: readonly string[];
}

/** Says what is wrong with a value that came from outside as settings, each thing with its path. */
export function settingFaults(value: unknown, issues: readonly Issue[], known: KnownKeys): Fault[] {
  const faults = issues.map(innermost).flatMap((issue) => faultsOf(value, issue, known));
  return [...faults, ...oddities(value)];
}

/** What the alternative objects to that was meant: the list, where one of its items is wrong. */
function innermost(issue: Issue): Issue {
  const [first] = issue.errors?.find((branch) => branch.every(({ path }) => path.length > 0)) ?? [];
  return first ? { ...first, path: [...issue.path, ...first.path] } : issue;
}

function faultsOf(value: unknown, { path, code, keys }: Issue, known: KnownKeys): Fault[] {
  if (keys) return keys.map((key) => unknownKey([...path, key], key, path.length > 0, known));
  if (code === 'invalid_key') return [badName(path)];
  const there = valueAt(value, path);
  if (path.length === 0)
    return [{ problem: `Settings are ${shown(there)} here.`, remedy: 'Write them like {"jobs": 4}.' }];
  return [{ problem: `${pathText(path)} is ${shown(there)}.`, remedy: remedyFor(path, there) }];
}

function unknownKey(path: Path, key: string, inProfile: boolean, { setting, file }: KnownKeys): Fault {
  const problem = `${pathText(path)} is no setting.`;
  if (key === 'hosts') return { problem, remedy: 'Put hosts into one of the profiles.' };
  if (key === 'profiles') return { problem, remedy: 'Put profiles at the top, beside one another.' };
  const known = inProfile ? [...setting, 'hosts'] : file;
  const meant = SHORT.get(key) ?? nearest(camelCase(key), known);
  const names = known.filter((name) => name !== '$schema').join(', ');
  return { problem, remedy: meant ? `Did you mean ${meant}?` : `The settings are ${names}.` };
}

/** The options of one letter. */
const SHORT = new Map([
  ['j', 'jobs'],
  ['k', 'keepGoing'],
]);

/** `--keep-going` and `keep_going` -> `keepGoing`. */
function camelCase(key: string): string {
  return key.replace(/^-+/, '').replace(/[-_ ]+(.)/g, (_, letter: string) => letter.toUpperCase());
}

function badName(path: Path): Fault {
  return {
    problem: `${pathText(path)} is no name for a profile.`,
    remedy: 'Begin it with a letter, and use letters, digits, points, _ and - in it.',
  };
}

/** What a schema does not see. */
function* oddities(value: unknown): Generator<Fault> {
  if (!isMap(value)) return;
  yield* contradictions(value, []);
  const { profiles } = value;
  if (!isMap(profiles)) return;
  if (Object.hasOwn(profiles, '__proto__')) yield badName(['profiles', '__proto__']);
  for (const [name, profile] of Object.entries(profiles))
    if (isMap(profile)) yield* contradictions(profile, ['profiles', name]);
}

function* contradictions(layer: Record<string, unknown>, path: Path): Generator<Fault> {
  const pair = contradiction(layer);
  if (!pair) return;
  const [one, other] = pair.map((key) => pathText([...path, key]));
  yield { problem: `${one} and ${other} do not go together.`, remedy: 'Take one of them out.' };
}

const COUNT = 'Give a whole number, 1 or more.';
const YES_OR_NO = 'Give true or false.';
const DURATION = 'Write it like "90s", "15m" or "1h30m".';
const SHELL = 'Give a shell command.';

const REMEDIES: Readonly<Record<SettingName | '$schema' | 'hosts' | 'profiles' | 'profile', string>> = {
  jobs: COUNT,
  gpus: 'Give "all", how many, or a list such as "0,2".',
  perGpu: COUNT,
  gpusPerRun: COUNT,
  threads: COUNT,
  timeout: DURATION,
  retries: 'Give a whole number, 0 or more.',
  keepGoing: YES_OR_NO,
  maxFailures: COUNT,
  requeueLost: 'Give "never", "dead" or "suspect".',
  limit: COUNT,
  timeLimit: DURATION,
  expect: DURATION,
  wait: YES_OR_NO,
  nice: 'Give a whole number from 0 to 19.',
  hours: 'Write them like "20:00-08:00", "Sat,Sun" or "Mon-Fri 20:00-08:00", or give a list of these.',
  inherit: YES_OR_NO,
  persistent: YES_OR_NO,
  postfix: 'Give what to append, such as "--resume".',
  setup: `${SHELL.slice(0, -1)}, or a list of them.`,
  venv: 'Give the folder of the environment, such as "./venv".',
  conda: 'Give the name or the folder of the environment.',
  pipenv: YES_OR_NO,
  poetry: YES_OR_NO,
  module: 'Give the name of a module, or a list of names.',
  container: 'Give an image, such as "./image.sif" or "docker:python:3.12".',
  bind: 'Give a path, or a list of paths.',
  onFailure: SHELL,
  onFinish: SHELL,
  hosts: 'Give the name of a host, such as "laptop*", or a list of names.',
  profiles: 'Give names with settings for each, such as {"laptop": {"jobs": 1}}.',
  profile: 'Give it settings, such as {"jobs": 1}.',
  $schema: 'Give the path of a JSON Schema, or take it out.',
};

function remedyFor(path: Path, there: unknown): string {
  const [key] =
    path[0] === 'profiles' && path.length > 1 ? (path.length > 2 ? path.slice(2) : ['profile']) : path;
  const why = key === 'hours' && typeof there === 'string' ? hoursProblem(there) : undefined;
  if (why !== undefined) return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
  return REMEDIES[key as keyof typeof REMEDIES];
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') return shortened(JSON.stringify(value));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map of keys';
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(value: unknown, path: Path): unknown {
  let there = value;
  for (const key of path) there = (there as Record<PropertyKey, unknown>)[key];
  return there;
}
