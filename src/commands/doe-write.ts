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

/** Runs in their order. */
export interface Runs {
  readonly count: number;
  readonly argv: (run: number) => string[];
}

export interface Written {
  readonly how: DesignRecord['how'];
  /** Those that were written, one an entry. */
  readonly runs: Runs;
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
    if (written && written.runs.count > 0) {
      const at = ports.clock.wallTime().toISOString();
      const { how, runs } = written;
      await keepDesign(desk.setting.fs, sidecarOf(desk.file.path), {
        ...{ version: 1, program: version, at, how, entries: runs.count },
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
  const linesFor = linesToAdd(designed);
  const found = { entries: 0, lines: [] as readonly string[] };
  const entries = await append(
    desk,
    (text) => {
      found.entries = text.count;
      return (found.lines = linesFor(text));
    },
    stopped,
  );
  if (entries === undefined) return undefined;
  return {
    // What was made before for an empty schedule, or one that is gone, is not in this one.
    how: found.entries === 0 && !before ? 'created' : 'appended',
    runs: runsIn(found.lines),
    present: plan.count - (before?.count ?? 0) - found.lines.length,
  };
}

async function made(
  desk: Desk,
  path: string,
  designed: Designed,
  existing: 'refuse' | 'replace',
  stopped: AbortSignal,
): Promise<Written | undefined> {
  const made = await (existing === 'replace' ? replace : create)(desk, checkedLines(designed.plan), stopped);
  if (made?.is === 'taken') throw taken(path);
  if (!made) return undefined;
  const backup = made.is === 'replaced' ? { backup: made.backup } : {};
  return { how: made.is, runs: designed.plan, present: 0, ...backup };
}

/** The runs that an append would add to the schedule as it is now; all where there is none. */
export async function runsToAdd(fs: FileSystem, path: string, designed: Designed): Promise<Runs> {
  const text = await readSchedule(fs, path).catch((error: unknown) => {
    if (error instanceof Failure && error.detail.reason === 'schedule-missing') return undefined;
    throw error;
  });
  return runsIn(linesToAdd(designed)(text));
}

/** All lines are made and checked before the schedule is looked at: under the lock that would keep others waiting. */
function linesToAdd({ plan, before }: Designed): (text: ScheduleText | undefined) => string[] {
  const lines = [...checkedLines(plan)];
  const made = before && [...checkedLines(before)];
  return (text) => newLines(lines, text ? argvsIn(text) : [], made);
}

function runsIn(lines: readonly string[]): Runs {
  return { count: lines.length, argv: (run) => JSON.parse(lines[run] as string) as string[] };
}

function* argvsIn(text: ScheduleText): Generator<string[]> {
  for (let entry = 0; entry < text.count; entry++) yield argvOf(text, entry);
}

/** What cannot be an entry is a mistake in the spec. */
function* checkedLines({ count, argv }: Runs): Generator<string> {
  for (let run = 0; run < count; run++) yield explained(() => lineOf(argv(run)));
}

function taken(path: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${path} is there already.`,
    remedy:
      'Give --append to add to it, --replace to write it anew (the old one is kept as .bak), or another name.',
  });
}
