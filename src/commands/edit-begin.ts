import { HeadFile } from '../claim/head.js';
import type { Known } from '../claim/merge.js';
import { folders, newestEpoch, readEpoch, sidecarOf } from '../claim/sidecar.js';
import { Failure } from '../failure.js';
import { errorCode } from '../ports/fs.js';
import type { Terminal } from '../ports/terminal.js';
import { unreadable } from '../schedule/file.js';
import type { Drafts, Draft, DraftPorts } from './edit-drafts.js';
import type { Ports } from './workshop.js';

export interface BeginPorts extends Pick<Ports, 'clock' | 'tell'>, DraftPorts {
  readonly terminal: Terminal;
}

/** An edit that was not finished, if the person wants to go on with it. */
export async function chosenDraft(
  { terminal, tell }: BeginPorts,
  drafts: Drafts,
  path: string,
  isResumed: boolean,
): Promise<Draft | 'leave' | undefined> {
  const [newest] = await drafts.left();
  if (!newest) {
    if (isResumed) throw nothingKept(path);
    return undefined;
  }
  if (isResumed) return drafts.resume(newest);
  const from = `${newest.about.at.slice(0, 16).replace('T', ' ')} UTC on ${newest.about.hostname}`;
  if (!terminal.isInteractive) {
    tell({
      tell: 'fact',
      text: `an edit from ${from} was not finished: ${newest.path}; --resume goes on with it.`,
    });
    return undefined;
  }
  const answer = await terminal.choose(`An edit from ${from} was not finished.`, [
    { value: 'resume', name: 'go on with it' },
    { value: 'discard', name: 'throw it away', description: 'and edit the schedule as it is now' },
    { value: 'new', name: 'not now', description: 'edit the schedule as it is now, and keep the other' },
    { value: 'leave', name: 'leave' },
  ]);
  if (answer === 'resume') return drafts.resume(newest);
  if (answer === 'discard') await drafts.discard(newest);
  return answer === 'leave' ? 'leave' : undefined;
}

/** The head is read first: what is claimed from then on is not in the copy. */
export async function newDraft(
  { fs, clock }: BeginPorts,
  drafts: Drafts,
  real: string,
  path: string,
): Promise<Draft> {
  const known = await knownOf({ fs }, real);
  const { bytes } = await fs.read(real).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return drafts.begin(bytes, known, clock.wallTime());
}

async function knownOf({ fs }: Pick<Ports, 'fs'>, schedule: string): Promise<Known> {
  const sidecar = sidecarOf(schedule);
  const epoch = await readEpoch(fs, sidecar, await newestEpoch(fs, sidecar));
  if (!epoch) return { epoch: undefined, revision: -1 };
  const { revision } = await new HeadFile(fs, folders.head(epoch)).read().catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
    return { revision: -1 };
  });
  return { epoch: epoch.id, revision };
}

function nothingKept(path: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `no edit of ${path} is kept.`,
    remedy: 'Leave --resume away to begin one.',
  });
}
