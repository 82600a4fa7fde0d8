import { append } from '../claim/append.js';
import type { Desk } from '../claim/desk.js';
import { create, replace } from '../claim/replace.js';
import { sidecarOf } from '../claim/sidecar.js';
import { lineOf, newLines } from '../doe/lines.js';
import { Failure } from '../failure.js';
import { keepDesign, type DesignRecord } from '../journal/designs.js';
import type { FileSystem } from '../ports/fs.js';
import { readSchedule } from '../schedule/file.js';
import { argvOf } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import { explained, type Designed } from './doe.js';
import { openDesk, type Ports } from './workshop.js';

/** What to do when there is a schedule of that name. */
export type Existing = 'refuse' | 'append' | 'replace';

export interface Written {
  readonly how: DesignRecord['how'];
  /** Entries that were written. */
  readonly entries: number;
  /** Runs that the schedule had already. */
  readonly present: number;
  /** Where the old schedule is now. */
  readonly backup?: string;
}

/** Writes the runs into the schedule. Undefined when it was told to stop before anything was changed. */
export async function writeDesign(
  ports: Ports,
  path: string,
  designed: Designed,
  existing: Existing,
  version: string,
): Promise<Written | undefined> {
  const { desk, stop, close } = await openDesk(ports, path);
  try {
    const written = await (existing === 'append'
      ? appended(desk, designed, stop.draining)
      : made(desk, path, designed, existing, stop.draining));
    if (written && written.entries > 0) {
      const at = ports.clock.wallTime().toISOString();
      const { how, entries } = written;
      await keepDesign(ports.fs, sidecarOf(desk.file.path), {
        ...{ version: 1, program: version, at, how, entries },
        spec: designed.spec,
      }).catch(() => {
        ports.tell({ tell: 'design-not-kept' });
      });
    }
    return written;
  } finally {
    await close();
  }
}

async function appended(desk: Desk, designed: Designed, stopped: AbortSignal): Promise<Written | undefined> {
  const { plan, before } = designed;
  let present = 0;
  const linesFor = (text: ScheduleText): string[] => {
    const lines = linesToAdd(designed, text);
    present = plan.count - (before?.count ?? 0) - lines.length;
    return lines;
  };
  const entries = await append(desk, linesFor, stopped);
  return entries === undefined ? undefined : { how: 'appended', entries, present };
}

async function made(
  desk: Desk,
  path: string,
  designed: Designed,
  existing: 'refuse' | 'replace',
  stopped: AbortSignal,
): Promise<Written | undefined> {
  const made = await (existing === 'replace' ? replace : create)(desk, checkedLines(designed), stopped);
  if (made?.is === 'taken') throw taken(path);
  if (!made) return undefined;
  const backup = made.is === 'replaced' ? { backup: made.backup } : {};
  return { how: made.is, entries: made.entries, present: 0, ...backup };
}

/** The runs that an append would add to the schedule as it is now, or all where there is none. */
export async function runsToAdd(fs: FileSystem, path: string, designed: Designed): Promise<string[][]> {
  const text = await readSchedule(fs, path).catch((error: unknown) => {
    if (error instanceof Failure && error.detail.reason === 'schedule-missing') return undefined;
    throw error;
  });
  return linesToAdd(designed, text).map((line) => JSON.parse(line) as string[]);
}

function linesToAdd({ plan, before }: Designed, text: ScheduleText | undefined): string[] {
  return explained(() => newLines(plan, text ? argvsIn(text) : [], before));
}

function* argvsIn(text: ScheduleText): Generator<string[]> {
  for (let entry = 0; entry < text.count; entry++) yield argvOf(text, entry);
}

/** What cannot be an entry is a mistake in the spec. */
function* checkedLines({ plan }: Designed): Generator<string> {
  for (let run = 0; run < plan.count; run++) yield explained(() => lineOf(plan.argv(run)));
}

function taken(path: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${path} is there already.`,
    remedy:
      'Give --append to add to it, --replace to write it anew (the old one is kept as .bak), or another name.',
  });
}
