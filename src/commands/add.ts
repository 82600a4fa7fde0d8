import { append } from '../claim/append.js';
import type { Desk } from '../claim/desk.js';
import { lineOf, newLines } from '../doe/lines.js';
import { Failure } from '../failure.js';
import { readCommands, type CommandList } from '../schedule/command-list.js';
import { argvOf } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import { explained } from './doe.js';
import { openDesk, type DeskPorts } from './workshop.js';

export interface Adding {
  readonly argvs: readonly (readonly string[])[];
  /** How often each of them. */
  readonly times: number;
  /** Only those that the schedule does not have yet. */
  readonly onlyNew: boolean;
}

export interface Added {
  /** Whether there was no schedule of that name. */
  readonly created: boolean;
  readonly count: number;
  /** The number of the first. */
  readonly first: number;
  /** How many of them equal an entry that was there. */
  readonly equal: number;
  /** Left out since they were there. */
  readonly present: number;
}

/** More at once are a slip. */
const MOST = 1_000_000;

/** The commands in a file, by its bytes; `name` is what messages call it. */
export function commandsIn(bytes: Buffer, name: string): CommandList {
  return readCommands(bytes, name);
}

/** Puts entries behind the last one. Undefined when it was told to stop before anything was changed. */
export async function add(ports: DeskPorts, path: string, adding: Adding): Promise<Added | undefined> {
  const lines = linesOf(adding);
  const { desk, stop, close } = await openDesk(ports, path);
  try {
    return await addTo(desk, lines, adding.onlyNew, stop.draining);
  } finally {
    await close();
  }
}

async function addTo(
  desk: Desk,
  lines: readonly string[],
  onlyNew: boolean,
  stopped: AbortSignal,
): Promise<Added | undefined> {
  let found: ScheduleText | undefined;
  let chosen: readonly string[] = [];
  const count = await append(
    desk,
    (text) => {
      found = text;
      return (chosen = onlyNew ? newLines(lines, argvsIn(text)) : lines);
    },
    stopped,
  );
  if (count === undefined || !found) return undefined;
  const created = count > 0 && !desk.file.seen;
  const equal = onlyNew ? 0 : equalIn(found, chosen);
  return { created, count, first: found.count, equal, present: lines.length - chosen.length };
}

function linesOf({ argvs, times }: Adding): string[] {
  if (argvs.length * times > MOST)
    throw new Failure({
      reason: 'usage',
      problem: `These are ${(argvs.length * times).toLocaleString('en-US')} entries.`,
      remedy: `Add at most ${MOST.toLocaleString('en-US')} at a time.`,
    });
  return argvs.flatMap((argv) => new Array<string>(times).fill(explained(() => lineOf(argv))));
}

/** How many of the lines are in the schedule already, however often. */
function equalIn(text: ScheduleText, lines: readonly string[]): number {
  const missing = new Set(newLines([...new Set(lines)], argvsIn(text)));
  return lines.filter((line) => !missing.has(line)).length;
}

function* argvsIn(text: ScheduleText): Generator<string[]> {
  for (let entry = 0; entry < text.count; entry++) yield argvOf(text, entry);
}
