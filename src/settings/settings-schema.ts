import * as z from 'zod/mini';
import { LOST_POLICIES } from '../claim/lost-policy.js';
import { parseDuration } from '../worker/duration.js';
import { HOURS, hoursProblem } from './hours.js';
import { settingFaults, type Fault } from './settings-problems.js';

/** What an editor shows beside a key. */
const descriptions = z.registry<{ description: string }>();

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  descriptions.add(schema, { description });
  return schema;
}

/** A key that may be left out; null takes away what a file or a profile before this one says. */
function setting<T extends z.ZodMiniType>(schema: T, description: string) {
  return z.exactOptional(described(z.nullable(schema), description));
}

const yes = z.boolean();
const wholeNumber = (least: number, most = 1e15 - 1) => z.int().check(z.minimum(least), z.maximum(most));
// No argument and no path can hold a NUL.
const text = z.string().check(z.regex(/^[^\0]*[^\0\s][^\0]*$/));
const oneOrMore = <T extends z.ZodMiniType>(schema: T) =>
  z.union([schema, z.array(schema).check(z.minLength(1))]);
const texts = oneOrMore(text);
const duration = z.string().check(
  z.regex(/^(?=.*[1-9])(?:\d+(?:\.\d+)?d)?(?:\d+(?:\.\d+)?h)?(?:\d+(?:\.\d+)?m)?(?:\d+(?:\.\d+)?s)?$/),
  z.refine((spelled) => (parseDuration(spelled) ?? 0) > 0),
);
const hours = z.string().check(
  z.maxLength(100),
  z.regex(HOURS),
  z.refine((spelled) => hoursProblem(spelled) === undefined),
);

const runKeys = {
  jobs: setting(wholeNumber(1), 'How many entries run at once.'),
  gpus: setting(
    z.union([wholeNumber(1), text]),
    'The GPUs to use, one entry on each: "all", how many, or a list such as "0,2".',
  ),
  perGpu: setting(wholeNumber(1), 'How many entries share a GPU.'),
  gpusPerRun: setting(wholeNumber(1), 'How many GPUs each entry gets.'),
  threads: setting(wholeNumber(1), 'OMP_NUM_THREADS and its like for each entry.'),
  timeout: setting(duration, 'How long an entry may run, such as "90m"; then it is ended and has failed.'),
  retries: setting(wholeNumber(0), 'How often a failed entry is run again.'),
  keepGoing: setting(yes, 'Go on after failures.'),
  maxFailures: setting(wholeNumber(1), 'Stop after this many failures; 1 unless said otherwise.'),
  requeueLost: setting(
    z.enum(LOST_POLICIES),
    'Put back what was lost: "dead", what ran under workers that are proven dead; "suspect", also under those not heard of for minutes.',
  ),
  limit: setting(wholeNumber(1), 'How many entries a worker runs before it leaves.'),
  timeLimit: setting(duration, 'How long a worker works, such as "11h"; what still runs is put back.'),
  expect: setting(duration, 'What an entry takes, such as "40m": one that would not finish is not started.'),
  wait: setting(yes, 'Wait for entries that are added later.'),
  nice: setting(wholeNumber(0, 19), 'The priority to run at: 0 to 19, the lowest.'),
  hours: setting(
    oneOrMore(hours),
    'When entries are started, by the clock of the host: "20:00-08:00", "Sat,Sun", "Mon-Fri 20:00-08:00", or a list of these. What runs when they end is left to finish.',
  ),
  inherit: setting(yes, 'Hand the terminal to the command untouched, and keep no log.'),
  persistent: setting(yes, 'Rerun a failing command, with a flag appended, until it succeeds.'),
  postfix: setting(text, 'What persistent appends, such as "--resume".'),
  setup: setting(texts, 'Shell commands that set up what the entries run in, once a worker.'),
  venv: setting(text, 'The Python environment to run in: a folder, from where this file is.'),
  conda: setting(text, 'The conda environment to run in: a name, or a folder, from where this file is.'),
  pipenv: setting(yes, "Run in the project's pipenv environment."),
  poetry: setting(yes, "Run in the project's poetry environment."),
  module: setting(texts, 'Environment modules to load.'),
  container: setting(text, 'The container image to run in; ./x and x.sif are files, from where this file is.'),
  bind: setting(texts, 'What else the container sees: a path, from where this file is, or PATH:PATH-WITHIN.'),
  onFailure: setting(text, 'A shell command for when an entry has failed.'),
  onFinish: setting(text, 'A shell command for when this worker leaves.'),
};

const profile = z.strictObject({
  hosts: z.exactOptional(
    described(oneOrMore(text), 'Applies by itself on hosts of this name; * is any text, ? any one character.'),
  ),
  ...runKeys,
});

const fileKeys = {
  $schema: z.exactOptional(z.string()),
  ...runKeys,
  profiles: z.exactOptional(
    described(
      z.record(z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_.-]*$/)), profile),
      'More settings by name: with --profile NAME, or by themselves on the hosts that they name.',
    ),
  ),
};

const fileSchema = described(
  z.strictObject(fileKeys),
  'Settings for `cooperate run` and `cooperate one`: cooperate.config.json in a folder or one above it, or cooperate/config.json in ~/.config.',
);

export type SettingsFileValue = z.infer<typeof fileSchema>;
/** Settings as they are written; null takes one away. */
export type Layer = Omit<z.infer<typeof profile>, 'hosts'>;
export type SettingName = keyof typeof runKeys;
/** Settings that apply. */
export type RunSettings = { readonly [K in SettingName]?: NonNullable<Layer[K]> };

const KEYS = { setting: Object.keys(runKeys), file: Object.keys(fileKeys) };

/** A value that came from outside as settings, or what is wrong with it. */
export function checkedSettings(value: unknown): SettingsFileValue | readonly Fault[] {
  const { data, error } = fileSchema.safeParse(value);
  const faults = settingFaults(value, error?.issues ?? [], KEYS);
  return data === undefined || faults.length > 0 ? faults : data;
}

/** The JSON Schema (draft 7, which editors know best) that is published as `schema/config.json`. */
export function settingsJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { target: 'draft-07', metadata: descriptions });
  return { $schema, $id: 'cooperate/schema/config.json', title: 'cooperate settings', ...schema };
}
