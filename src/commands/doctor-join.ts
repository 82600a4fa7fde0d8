import { dirname } from 'node:path';
import { folderAt, hostFacts, partOf, whenGone, type DoctorPorts } from './doctor-part.js';
import { Failure } from '../failure.js';
import { holdFor, holdForEver } from '../doctor/lock-trial.js';
import { Beats, Meeting, meetingsIn, until } from '../doctor/meeting.js';
import { race, readWhole, type Ground } from '../doctor/race.js';
import type { Box, Done, Task } from '../doctor/schemas.js';
import { LAG_WATCH_MS, Watch } from '../doctor/watch.js';

export interface JoinOrder {
  /** A folder, or a schedule in it. */
  readonly path: string;
  /** The doctor that has started this process; without it, the one who calls in this folder. */
  readonly leader?: string;
  /** This process may be killed for the test's sake, and ends when this says so. */
  readonly isOrphan?: () => boolean;
  readonly die?: () => void;
}

/** A first look and one more after it: a listing may be 20 s old. */
const FIND_MS = 60_000;
/** The longest that the other side takes between two tasks. */
const SILENT_MS = 180_000;

/** Takes part in the tests of a doctor elsewhere until it is over. Returns whether it went on to the end. */
export async function joinDoctor(ports: DoctorPorts, order: JoinOrder): Promise<boolean> {
  const { fs, signal, progress } = ports;
  const folder = await folderAt(fs, order.path);
  const leader = order.leader ?? (await findLeader(ports, folder));
  if (leader === undefined) return false;
  const part = await partOf(ports);
  const meeting = Meeting.join(fs, folder, leader, part.me);
  const ground = { ...part, folder: meeting.folder };
  await whenGone(() => meeting.post({ round: 0, host: part.facts }));
  progress(`joined the doctor of ${leader}`);
  try {
    return await takePart(ports, order, meeting, ground, leader);
  } finally {
    if (signal.aborted) await meeting.add({ left: 'interrupted' }).catch(() => undefined);
  }
}

async function takePart(
  ports: DoctorPorts,
  order: JoinOrder,
  meeting: Meeting,
  ground: Ground,
  leader: string,
): Promise<boolean> {
  const { signal, progress } = ports;
  const watch = new Watch(ground, meeting);
  let round = 0;
  for (;;) {
    const next = await nextBox(ports, order, meeting, leader, round);
    if (!next) return false;
    round = next.round;
    const { task, to } = next;
    if (!task || task.is === 'end') return true;
    if (to && !to.includes(meeting.me)) continue;
    progress(`test ${round}: ${task.is}`);
    const done = await whenGone(() => perform(task));
    if (done === undefined) return false;
    await whenGone(() => meeting.add({ round, done }));
  }

  async function perform(task: Task): Promise<Done> {
    switch (task.is) {
      case 'race':
        return { raced: await race(ground, task.race, task.names, task.forMs) };
      case 'read-whole':
        return { read: await readWhole(ground, task.forMs) };
      case 'prepare':
        await meeting.add({
          host: { ...(await hostFacts(ports, dirname(meeting.folder))), clockMs: await watch.prepare() },
        });
        return {};
      case 'look':
        await watch.look(task.among);
        return {};
      case 'watch':
        return { watched: await watch.watch(LAG_WATCH_MS, signal) };
      case 'hold':
        return hold(task);
      case 'wait':
      case 'end':
        return {};
    }
  }

  async function hold({ die, forMs }: Extract<Task, { is: 'hold' }>): Promise<Done> {
    const making = { ground, lock: ports.lock };
    if (die) await holdForEver(making, () => meeting.add({ holds: round }), order.die, signal);
    if (forMs <= 1) return {};
    const held = await holdFor(making, forMs, () => meeting.add({ holds: round }), signal);
    return held ? { held } : {};
  }
}

/** What the one who called says next; undefined when that is gone, or this is to end. */
async function nextBox(
  { clock, signal }: DoctorPorts,
  { isOrphan = () => false }: JoinOrder,
  meeting: Meeting,
  leader: string,
  after: number,
): Promise<Box | undefined> {
  let missing = 0;
  const next = await until(clock, SILENT_MS, signal, async (): Promise<Box | 'gone' | undefined> => {
    const box = await meeting.read(leader);
    if (box && box.round > after) return box;
    // Seldom: a listing costs the server more than a read.
    const isGone = !box && missing++ % 20 === 0 && (await meeting.present()) === undefined;
    return isGone || isOrphan() ? 'gone' : undefined;
  });
  if (next === undefined && !signal.aborted) throw silentLeader(leader);
  return next === 'gone' ? undefined : next;
}

/** The one doctor in the folder that is at work; waits for it when it is not there yet. */
async function findLeader(
  { fs, clock, signal, progress }: DoctorPorts,
  folder: string,
): Promise<string | undefined> {
  const beats = new Beats();
  let waiting = false;
  const found = await until(
    clock,
    FIND_MS,
    signal,
    async () => {
      const [moving] = await beats.look(fs, folder);
      if (moving === undefined && !waiting) progress(`looking for a doctor in ${folder}`);
      waiting = true;
      return moving;
    },
    200,
  );
  if (found !== undefined || signal.aborted) return found;
  const left = (await meetingsIn(fs, folder)).length > 0;
  throw new Failure({
    reason: 'usage',
    problem: `No doctor is at work in ${folder}, as far as this host sees${left ? '; one that was killed has left its folder there' : ''}.`,
    remedy: `Start it on another host: cooperate doctor ${folder} --hosts 2. If it runs there, the two do not see the same folder.`,
  });
}

function silentLeader(leader: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `The doctor of ${leader} has not been heard of for ${SILENT_MS / 1000} s.`,
    remedy: 'Is it still running? Start both again.',
  });
}
