import type { Peek } from '../ports/fs-peek.js';
import { harmless } from '../ports/screen-text.js';
import { entriesFrom, selectionsFrom, type Choice } from './complete-entries.js';
import { expanded, schedulesFrom } from './complete-schedules.js';
import { hostsIn, workersIn } from './complete-workers.js';
import type { SettingsPorts } from './config.js';
import type { LookPorts } from './look.js';

export interface CompletePorts extends Pick<SettingsPorts, 'env' | 'directory'>, LookPorts {
  readonly peek: Peek;
}

export interface CompleteRequest {
  readonly kind: string;
  /** What was typed of the word. */
  readonly word: string;
  /** That was named before, if one was. */
  readonly schedule: string;
}

/** What a word may become, for a shell that asks while somebody types: what one word does not need is not loaded for it. */
export async function complete(
  ports: CompletePorts,
  { kind, word, schedule }: CompleteRequest,
): Promise<readonly Choice[]> {
  const { peek, env } = ports;
  const path = expanded(schedule, env);
  const look = async () => (await (await import('./look.js')).lookingAt(ports, path)).look();
  const source = { peek, schedule: path, look };
  switch (kind) {
    case 'schedule':
      return (await schedulesFrom(word, peek, env['HOME'])).map((text) => ({ text, about: '' }));
    case 'entry':
      return entriesFrom(word, source);
    case 'selection':
      return selectionsFrom(word, source);
    case 'profile':
      return startingWith(word, await profiles(ports));
    case 'worker':
      return lastOf(word, workersIn(await look()));
    case 'host':
      return lastOf(word, hostsIn(await look()));
    default:
      return [];
  }
}

async function profiles(ports: CompletePorts): Promise<Choice[]> {
  const { settingsFiles } = await import('../settings/settings-find.js');
  const files = await settingsFiles(ports.fs, ports);
  const all = files.flatMap(({ value }) =>
    Object.entries(value.profiles ?? {}).map(([text, { hosts }]) => [text, [hosts ?? []].flat()] as const),
  );
  // The nearest file's stands last and wins.
  return [...new Map(all)].map(([text, hosts]) => ({
    text,
    about: hosts.length === 0 ? '' : harmless(`on ${hosts.join(', ')}`),
  }));
}

/** Names that go on from the last of those in `word`, which has commas between them. */
function lastOf(word: string, choices: readonly Choice[]): Choice[] {
  const before = word.slice(0, word.lastIndexOf(',') + 1);
  return startingWith(
    word,
    choices.map(({ text, about }) => ({ text: before + text, about })),
  );
}

function startingWith(word: string, choices: readonly Choice[]): Choice[] {
  return choices.filter(({ text }) => text.startsWith(word));
}
