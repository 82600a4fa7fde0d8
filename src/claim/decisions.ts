import type { Cells } from './cells.js';
import { requeuedName, startName, type ClaimId } from './names.js';
import { slotsIn, type SlotCells } from './state.js';

/** What others have made of claims. By a listing for each folder and by name: some mounts show either of them late. */
export class Decisions {
  readonly #cells: Cells;
  readonly #slots = new Map<string, ReturnType<typeof slotsIn>>();

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Its generation has come to an end. */
  async isOver(id: ClaimId): Promise<boolean> {
    const cells = await this.#listed(id);
    if (cells && (cells.generation > id.generation || isNow(cells, id, cells.requeued))) return true;
    return (await this.#cells.owner(requeuedName(id))) !== undefined;
  }

  /** It may not be started any more, of one that was not started. */
  async isRevoked(id: ClaimId): Promise<boolean> {
    const cells = await this.#listed(id);
    if ((await this.isOver(id)) || (cells && isNow(cells, id, cells.started))) return true;
    return (await this.#cells.owner(startName(id))) !== undefined;
  }

  async #listed({ hash, copy }: ClaimId): Promise<SlotCells | undefined> {
    const shard = this.#cells.shardOf(hash);
    const slots = this.#slots.get(shard) ?? slotsIn(await this.#cells.namesBeside(hash));
    this.#slots.set(shard, slots);
    return slots.get(hash)?.get(copy);
  }
}

function isNow(cells: SlotCells, id: ClaimId, is: boolean): boolean {
  return is && cells.generation === id.generation;
}
