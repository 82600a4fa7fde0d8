import { settingsFiles, userFile } from '../settings/settings-find.js';
import { settingsFor, type Settings } from '../settings/settings-merge.js';
import type { Ports } from './workshop.js';

export type SettingsPorts = Pick<Ports, 'fs' | 'env' | 'directory' | 'identify'>;

export interface HostSettings extends Settings {
  readonly host: string;
  /** That were read, the nearest last. */
  readonly files: readonly string[];
  /** Where the user's own settings are, or would be. */
  readonly userFile: string | undefined;
}

/** The settings for `run` that apply here and now, with these profiles asked for. */
export async function hostSettings(ports: SettingsPorts, profiles: readonly string[]): Promise<HostSettings> {
  const files = await settingsFiles(ports.fs, ports);
  const { hostname } = await ports.identify();
  return {
    ...settingsFor(files, hostname, profiles),
    host: hostname,
    files: files.map(({ path }) => path),
    userFile: userFile(ports.env),
  };
}
