import { nearest } from '../doe/suggest.js';
import { Failure } from '../failure.js';
import { matchesHost } from './hosts.js';
import { isSaid, replacedBy } from './settings-rules.js';
import type { Layer, RunSettings, SettingName, SettingsFileValue } from './settings-schema.js';

export interface SettingsFile {
  readonly path: string;
  readonly value: SettingsFileValue;
}

/** Where a setting comes from. */
export interface Source {
  readonly path: string;
  readonly profile?: string;
}

export interface Settings {
  readonly values: RunSettings;
  readonly sources: ReadonlyMap<SettingName, Source>;
  /** Every profile there is, and why it applies here: later ones win. */
  readonly profiles: readonly ProfileUse[];
}

export interface ProfileUse extends Required<Source> {
  readonly why: 'host' | 'named' | 'none';
}

interface Part extends Source {
  readonly layer: Layer;
}

/**
 * What applies on a host, the last to say it wins: the files, farthest first; their profiles that name this host; the
 * profiles that were asked for. Throws `Failure` where one is asked for that none of the files has.
 */
export function settingsFor(
  files: readonly SettingsFile[],
  host: string,
  profiles: readonly string[],
): Settings {
  const all = files.flatMap(profilesIn);
  const onHost = all.filter(({ hosts }) => hosts !== undefined && matchesHost(hosts, host));
  const named = profiles.flatMap((name) => namedProfile(name, all));
  const others = all.filter((profile) => !onHost.includes(profile) && !named.includes(profile));
  const use = (why: ProfileUse['why']) => (part: ProfilePart) => ({
    path: part.path,
    profile: part.profile,
    why,
  });
  return {
    ...merged([...files.map(topOf), ...onHost, ...named]),
    profiles: [
      ...onHost.filter((profile) => !named.includes(profile)).map(use('host')),
      ...named.map(use('named')),
      ...others.map(use('none')),
    ],
  };
}

interface ProfilePart extends Part {
  readonly profile: string;
  readonly hosts?: string | readonly string[];
}

function topOf({ path, value: { $schema, profiles, ...layer } }: SettingsFile): Part {
  return { path, layer };
}

function profilesIn({ path, value }: SettingsFile): ProfilePart[] {
  return Object.entries(value.profiles ?? {}).map(([profile, { hosts, ...layer }]) => ({
    ...{ path, profile, layer },
    ...(hosts === undefined ? {} : { hosts }),
  }));
}

function namedProfile(name: string, all: readonly ProfilePart[]): ProfilePart[] {
  const found = all.filter(({ profile }) => profile === name);
  if (found.length > 0) return found;
  const names = [...new Set(all.map(({ profile }) => profile))];
  const meant = nearest(name, names);
  throw new Failure({
    reason: 'usage',
    problem: `There is no profile ${JSON.stringify(name)}.`,
    remedy:
      meant === undefined
        ? names.length > 0
          ? `The profiles are ${names.join(', ')}.`
          : 'Profiles stand in cooperate.config.json; see what applies here: cooperate config'
        : `Did you mean ${meant}?`,
  });
}

function merged(parts: readonly Part[]): Pick<Settings, 'values' | 'sources'> {
  const values = new Map<string, unknown>();
  const sources = new Map<string, Source>();
  for (const { layer, path, profile } of parts) {
    const said = Object.entries(layer);
    const gone = replacedBy(said.flatMap(([key, value]) => (isSaid(value) ? [key] : [])));
    for (const key of [...gone, ...said.map(([key]) => key)]) {
      values.delete(key);
      sources.delete(key);
    }
    for (const [key, value] of said) {
      if (value === null) continue;
      values.set(key, value);
      sources.set(key, { path, ...(profile === undefined ? {} : { profile }) });
    }
  }
  // Both hold what layers hold, by the same names.
  return { values: Object.fromEntries(values), sources: sources as Map<SettingName, Source> };
}
