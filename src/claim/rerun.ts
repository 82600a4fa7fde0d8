import { Failure } from '../failure.js';
import { argvOf, slotHash } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import type { Take } from './choose.js';
import { claimName, requeuedName } from './names.js';
import { slotsIn, type SlotCells, type SlotState } from './state.js';

/**
 * Claims a marked entry once more because a person said so: the generation that is over is requeued, and the next one
 * claimed. Takes nothing when somebody else was quicker.
 */
export async function rerun(
  book: Book,
  text: ScheduleText,
  entry: number,
  revision: number,
  force: boolean,
  take: Take,
): Promise<void> {
  const argv = argvOf(text, entry);
  const hash = slotHash(argv);
  await book.ledger.refresh();
  const cells = slotsIn(await book.cells.namesBeside(hash)).get(hash) ?? new Map<number, SlotCells>();
  const states = await book.states(hash, cells);
  const [copy, state] = chosen(states);
  if (state.is === 'running' || state.is === 'claimed') {
    if (!force) throw new Failure({ reason: 'entry-running', entry, worker: state.worker });
  }
  let id = { hash, copy, generation: state.generation };
  if (state.is !== 'free') {
    await book.cells.create(requeuedName(id));
    book.journal.record({ t: 'requeue', claim: claimName(id), why: 'chosen to run again' });
    id = { ...id, generation: id.generation + 1 };
  }
  book.journal.record({ t: 'claim', claims: [claimName(id)], revision });
  if (await book.cells.create(claimName(id))) take({ id, epoch: book.epoch, entry, argv });
}

/** Of several equal entries one that is over; of none, a mark made by hand or by the original: the first slot. */
function chosen(states: ReadonlyMap<number, SlotState>): [number, SlotState] {
  const busy = new Set(['running', 'claimed']);
  const sorted = [...states].sort(([, a], [, b]) => Number(busy.has(a.is)) - Number(busy.has(b.is)));
  return sorted[0] ?? [0, { is: 'free', generation: 0 }];
}
