import type { Layer, SettingName } from './settings-schema.js';

/** One place cannot say both. */
const AT_ODDS: readonly (readonly [SettingName, SettingName])[] = [
  ['keepGoing', 'maxFailures'],
  ['persistent', 'retries'],
  ['inherit', 'jobs'],
  ['inherit', 'persistent'],
];

/** Of these the last one that is said counts: whoever says conda on one host does not want the venv of all others. */
const INSTEAD: readonly (readonly SettingName[])[] = [
  ...AT_ODDS,
  ['perGpu', 'gpusPerRun'],
  ['venv', 'conda', 'pipenv', 'poetry'],
];

/** What says nothing without another setting. */
const NEEDS: Partial<Record<SettingName, SettingName>> = {
  perGpu: 'gpus',
  gpusPerRun: 'gpus',
  bind: 'container',
};

/** Not left out, not taken away, not switched off. */
export function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** The first two of a layer that contradict each other. */
export function contradiction(layer: Layer): readonly [SettingName, SettingName] | undefined {
  return AT_ODDS.find((pair) => pair.every((key) => isSaid(layer[key])));
}

/** Which settings said before no longer count when these are said. */
export function replacedBy(said: Iterable<string>): ReadonlySet<string> {
  const names = new Set(said);
  return new Set(
    INSTEAD.filter((group) => group.some((key) => names.has(key)))
      .flat()
      .filter((key) => !names.has(key)),
  );
}

/** Whether a setting says nothing, with only these others said. */
export function saysNothing(key: SettingName, said: ReadonlySet<string>): boolean {
  const needed = NEEDS[key];
  return needed !== undefined && !said.has(needed);
}
