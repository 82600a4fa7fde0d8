import type { Book } from '../../src/claim/book.js';
import type { Desk } from '../../src/claim/desk.js';
import type { Accepted } from '../../src/claim/requeue-decide.js';
import { requeue } from '../../src/claim/requeue.js';
import type { Lock } from '../../src/ports/lock.js';
import { argvOf, slotHash } from '../../src/schedule/slots.js';

/** What the entries of a `cooperate requeue` may have become meanwhile. */
const ACCEPTED: readonly (readonly Accepted[])[] = [
  ['failed', 'lost', 'put-back'],
  ['succeeded'],
  ['marked'],
  ['running', 'claimed', 'lost', 'put-back', 'failed'],
];
const NOT_ALIVE = new Set(['dead', 'host-down', 'suspect']);

/** A person puts some entries back by a command, at times with --force. */
export async function putSomeBack(desk: Desk, lock: Lock, random: () => number): Promise<void> {
  const { text } = await desk.file.look();
  const accepts = ACCEPTED[Math.floor(random() * ACCEPTED.length)] ?? [];
  const isForced = random() < 0.3;
  const wishes = Array.from({ length: text.count }, (_, entry) => entry)
    .filter((entry) => text.marked[entry] === 1 && random() < 0.4)
    .map((entry) => ({ entry, hash: slotHash(argvOf(text, entry)), accepts }));
  const mayTake = async (worker: string, book: Book): Promise<boolean> =>
    isForced || NOT_ALIVE.has(await book.standing(worker));
  try {
    await requeue(desk, { wishes, why: 'asked for', by: 'ada', mayTake });
  } finally {
    await desk.close();
    await desk.leave();
    await lock.close();
  }
}
