import type { LostPolicy } from '../claim/lost-policy.js';
import { hostSettings, type SettingsPorts } from '../commands/config.js';
import { isSaid, replacedBy, saysNothing } from '../settings/settings-rules.js';
import type { RunSettings, SettingName } from '../settings/settings-schema.js';
import { parseDuration } from '../worker/duration.js';

/** What files of settings can say of `run`, as its options are: times in milliseconds, lists as lists. */
export interface SettingOptions {
  readonly jobs?: number;
  readonly gpus?: string;
  readonly perGpu?: number;
  readonly gpusPerRun?: number;
  readonly threads?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly keepGoing?: true;
  readonly maxFailures?: number;
  readonly requeueLost?: LostPolicy;
  readonly limit?: number;
  readonly timeLimit?: number;
  readonly expect?: number;
  readonly wait?: true;
  readonly nice?: number;
  readonly hours?: readonly string[];
  readonly inherit?: true;
  readonly persistent?: boolean;
  readonly postfix?: string;
  readonly setup?: readonly string[];
  readonly venv?: string;
  readonly conda?: string;
  readonly pipenv?: true;
  readonly poetry?: true;
  readonly module?: readonly string[];
  readonly container?: string;
  readonly bind?: readonly string[];
  readonly onFailure?: string;
  readonly onFinish?: string;
}

/** What the command line says of files of settings. */
interface ProfileOptions {
  readonly profile?: readonly string[];
  /** False: use none of them. */
  readonly config?: boolean;
}

/** The options of `run` with what was not given on the command line filled in from the files that apply here. */
export async function runOptionsWith<T extends ProfileOptions>(
  options: T,
  ports: SettingsPorts,
): Promise<SettingOptions & T> {
  if (options.config === false) return options;
  const { values } = await hostSettings(ports, options.profile ?? []);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const names = new Set(given.map(([name]) => name));
  const replaced = replacedBy(given.flatMap(([name, value]) => (isSaid(value) ? [name] : [])));
  const left = optionsIn(values).filter(([name]) => !names.has(name) && !replaced.has(name));
  const said = new Set([...names, ...left.map(([name]) => name)]);
  const filled = left.filter(([name]) => !saysNothing(name, said));
  // Commander's undefined must not hide them.
  return { ...options, ...(Object.fromEntries(filled) as SettingOptions) };
}

function optionsIn(values: RunSettings): [SettingName, unknown][] {
  return (Object.entries(values) as [SettingName, unknown][]).flatMap(([name, value]) =>
    isSaid(value) ? [[name, asOption(name, value)]] : [],
  );
}

function asOption(name: SettingName, value: unknown): unknown {
  switch (name) {
    case 'timeout':
    case 'timeLimit':
    case 'expect':
      return parseDuration(value as string);
    case 'gpus':
      return String(value);
    case 'hours':
    case 'setup':
    case 'module':
    case 'bind':
      return [value].flat();
    default:
      return value;
  }
}
