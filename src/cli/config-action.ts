import { hostSettings, type HostSettings } from '../commands/config.js';
import { harmless } from '../ports/screen-text.js';
import type { ProfileUse, Source } from '../settings/settings-merge.js';
import { EXIT } from './exit-codes.js';
import { realPorts } from './ports.js';
import type { ConfigOptions } from './program-config.js';

/** `cooperate config`: returns the exit code. */
export async function configAction({ json, profile = [] }: ConfigOptions): Promise<number> {
  const settings = await hostSettings(realPorts('', 'never'), profile);
  if (json) process.stdout.write(`${JSON.stringify(settingsValue(settings))}\n`);
  else {
    process.stdout.write(
      lines(settings)
        .map((line) => `${line}\n`)
        .join(''),
    );
    process.stderr.write(
      remarks(settings)
        .map((line) => `cooperate: ${line}\n`)
        .join(''),
    );
  }
  return EXIT.done;
}

/** Version 1 of what `config --json` prints. */
function settingsValue({ host, files, values, sources, profiles }: HostSettings): object {
  return { version: 1, host, files, values, sources: Object.fromEntries(sources), profiles };
}

function lines({ values, sources }: HostSettings): string[] {
  const rows = [...sources].map(([key, source]) => {
    return { text: harmless(`${key} = ${shown(values[key])}`), from: harmless(place(source)) };
  });
  const width = Math.min(WIDEST, Math.max(...rows.map(({ text }) => text.length)));
  return rows.map(({ text, from }) => `${text.padEnd(width)}   (${from})`);
}

/** A longer setting does not push the others' sources away. */
const WIDEST = 40;

/** Text that needs no quotes goes without. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[^\s"[{]+$/.test(value) ? value : JSON.stringify(value);
}

function place({ path, profile }: Source): string {
  return profile === undefined ? path : `profile ${profile} in ${path}`;
}

function remarks({ host, files, profiles, userFile }: HostSettings): string[] {
  if (files.length === 0) {
    const mine = userFile === undefined ? '' : `, and no ${harmless(userFile)}`;
    return [`there is no cooperate.config.json here or above${mine}.`];
  }
  const idle = [...new Set(profiles.filter(isIdle).map(({ profile }) => profile))];
  if (idle.length === 0) return [];
  const which = idle.length === 1 ? `the profile ${idle.join()} does` : `the profiles ${idle.join(', ')} do`;
  return [`${which} not apply on ${harmless(host)}; --profile NAME has one apply.`];
}

function isIdle({ why }: ProfileUse): boolean {
  return why === 'none';
}
