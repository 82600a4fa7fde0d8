import { makeStrictNow } from '../claim/make-strict.js';
import { putInPlace } from '../claim/put-in-place.js';
import { newestEpoch, sidecarOf } from '../claim/sidecar.js';
import { Failure, type Place } from '../failure.js';
import type { Notice } from '../notice.js';
import { textStart } from '../schedule/encoding.js';
import { unreadable } from '../schedule/file.js';
import { mend, type Mending } from '../schedule/mend.js';
import type { Flaw } from '../schedule/mend-tokens.js';
import { placeOf } from '../schedule/place.js';
import { scan } from '../schedule/scan.js';
import { NotASchedule, type ScheduleText } from '../schedule/text.js';
import { lookingAt } from './look.js';
import { openDesk, type Ports } from './workshop.js';

/** The same in one or several places. */
export interface Finding {
  readonly problem: string;
  /** What mending it makes of it; undefined where that would be a guess. */
  readonly mend: string | undefined;
  /** Of the first; undefined when no single place is at fault. */
  readonly place: Place | undefined;
  readonly places: number;
  /** The line of the last. */
  readonly lastLine: number | undefined;
}

export interface Findings {
  /** The first of them, in the order of the text. */
  readonly listed: readonly Finding[];
  readonly more: number;
  /** Places to be mended by hand. */
  readonly byHand: number;
}

/** So many are listed. */
const MOST_LISTED = 10;
const NO_FINDINGS: Findings = { listed: [], more: 0, byHand: 0 };

/** A schedule that can be worked on. */
export interface Facts {
  readonly entries: number;
  readonly marked: number;
  /** Entries that equal an earlier one. */
  readonly duplicates: number;
  /** Comments and trailing commas, and where the first is. */
  readonly loose: number;
  readonly firstLoose: Place | undefined;
  readonly hasByteOrderMark: boolean;
  readonly hasCarriageReturns: boolean;
}

/** What the sidecar has to say. */
export type Records =
  | { readonly is: 'none' }
  | { readonly is: 'damaged'; readonly path: string }
  | {
      readonly is: 'read';
      readonly epoch: number;
      /** Journal lines. */
      readonly unreadable: number;
      /** Marks that no claim accounts for. */
      readonly unaccounted: number;
    };

export interface Checked {
  /** Undefined where it is no schedule. */
  readonly facts: Facts | undefined;
  readonly records: Records;
  /** What is wrong, or was before it was mended. */
  readonly findings: Findings;
  /** Comments and trailing commas that were left out. */
  readonly loose: number;
  /** The version of its owner, before it was mended. */
  readonly backup: string | undefined;
}

/** Undefined: it was told to stop before anything was written. */
export async function check(ports: Ports, path: string, isFixed: boolean): Promise<Checked | undefined> {
  const bytes = await read(ports, path);
  const text = parsed(bytes);
  if (text instanceof NotASchedule) {
    const mending = mend(bytes);
    if (isFixed && mending.mended) return fix(ports, path, bytes, mending, mending.mended);
    const findings = findingsOf(bytes, mending.flaws);
    return { facts: undefined, records: await recordsOf(ports, path), findings, loose: 0, backup: undefined };
  }
  if (isFixed && text.loose.length > 0) return strict(ports, path, text.loose.length);
  return valid(ports, path, text);
}

async function valid(ports: Ports, path: string, text: ScheduleText): Promise<Checked> {
  const records = await recordsOf(ports, path);
  return { facts: factsOf(text), records, findings: NO_FINDINGS, loose: 0, backup: undefined };
}

async function fix(
  ports: Ports,
  path: string,
  bytes: Buffer,
  { flaws, loose }: Mending,
  mended: ScheduleText,
): Promise<Checked | undefined> {
  const { desk, stop, close } = await openDesk(ports, path);
  const placed = await putInPlace(desk, bytes, mended.bytes, stop.draining).finally(close);
  if (!placed) return undefined;
  if (placed.is === 'changed') throw changed(path);
  const findings = findingsOf(bytes, flaws);
  return { ...(await valid(ports, path, mended)), findings, loose, backup: placed.backup };
}

async function strict(ports: Ports, path: string, loose: number): Promise<Checked | undefined> {
  let backup: string | undefined;
  const tell = (notice: Notice): void => {
    if (notice.tell === 'kept-as' && notice.why === 'strict') backup = notice.path;
    else ports.tell(notice);
  };
  const { desk, stop, close } = await openDesk({ ...ports, tell }, path);
  const done = await makeStrictNow(desk, stop.draining).finally(close);
  if (!done) return undefined;
  const checked = await valid(ports, path, scan(await read(ports, path)));
  return { ...checked, loose: backup === undefined ? 0 : loose, backup };
}

async function read({ fs }: Ports, path: string): Promise<Buffer> {
  try {
    return (await fs.read(path)).bytes;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parsed(bytes: Buffer): ScheduleText | NotASchedule {
  try {
    return scan(bytes);
  } catch (error) {
    if (error instanceof NotASchedule) return error;
    throw error;
  }
}

function factsOf(text: ScheduleText): Facts {
  const { bytes, count, pending, groupCount, loose } = text;
  const [first] = loose;
  return {
    entries: count,
    marked: count - pending,
    duplicates: count - groupCount.length,
    loose: loose.length,
    firstLoose: first && placeOf(bytes, first[0]),
    hasByteOrderMark: textStart(bytes) > 0,
    hasCarriageReturns: bytes.includes('\r\n'),
  };
}

async function recordsOf(ports: Ports, path: string): Promise<Records> {
  const { fs } = ports;
  const sidecar = sidecarOf(await fs.realPath(path).catch(() => path));
  if ((await newestEpoch(fs, sidecar)) === 0) return { is: 'none' };
  try {
    const { epoch, unreadable, totals } = await (await lookingAt(ports, path)).look();
    if (!epoch) return { is: 'none' };
    return { is: 'read', epoch: epoch.number, unreadable, unaccounted: totals.marked };
  } catch (error) {
    const detail = error instanceof Failure ? error.detail : undefined;
    if (detail?.reason === 'sidecar-damaged') return { is: 'damaged', path: detail.path };
    // Without a schedule there is nothing to hold the records against.
    if (detail?.reason === 'schedule-unusable') return { is: 'none' };
    throw error;
  }
}

/** The same flaw in many places is one finding. */
function findingsOf(bytes: Buffer, flaws: readonly Flaw[]): Findings {
  const groups = new Map<string, Flaw[]>();
  for (const [i, flaw] of flaws.entries()) {
    // What has to be mended by hand is looked for place by place.
    const key = flaw.mend === undefined ? `${i}` : `${flaw.problem}: ${flaw.mend}`;
    const group = groups.get(key);
    if (group) group.push(flaw);
    else groups.set(key, [flaw]);
  }
  const listed = [...groups.values()].slice(0, MOST_LISTED).map((group) => findingOf(bytes, group));
  const byHand = flaws.filter(({ mend }) => mend === undefined).length;
  return { listed, more: groups.size - listed.length, byHand };
}

function findingOf(bytes: Buffer, flaws: readonly Flaw[]): Finding {
  const [first, last] = [flaws[0] as Flaw, flaws.at(-1) as Flaw];
  const placed = ({ offset }: Flaw) => (offset === undefined ? undefined : placeOf(bytes, offset));
  const { problem, mend } = first;
  return { problem, mend, place: placed(first), places: flaws.length, lastLine: placed(last)?.line };
}

function changed(path: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${path} was changed by somebody else this moment; nothing was written.`,
    remedy: 'Try again.',
  });
}
