import { systemError, type AppendFile } from '../../src/ports/fs.js';
import type { Call, Faults, Operation } from './fs-memory-faults.js';
import type { Client, FileNode } from './fs-memory-nodes.js';
import type { Store } from './fs-memory-store.js';

/** The filesystem as one client has it mounted. */
interface Mount {
  readonly store: Store;
  readonly faults: Faults;
  readonly self: Client;
  readonly client: string;
}

/** Goes on with its file wherever that is renamed to, and after it is unlinked. */
export class MemoryAppendFile implements AppendFile {
  readonly #at: Mount;
  readonly #path: string;
  readonly #file: FileNode;
  #size: number;
  #open = true;

  constructor(at: Mount, path: string, file: FileNode) {
    this.#at = at;
    this.#path = path;
    this.#file = file;
    this.#size = file.size;
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    this.#put('append', bytes);
  }

  /** At once too: the order of the calls is kept, and nothing is promised about when. */
  appendLater(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#put('appendLater', bytes);
      resolve();
    });
  }

  async sync(): Promise<void> {
    await this.#at.faults.around(this.#call('sync'), () => this.#assertOpen());
  }

  async attached(): Promise<boolean> {
    return this.#at.faults.around(this.#call('attached'), () => {
      try {
        return this.#at.store.existing(this.#path, 'open').node === this.#file;
      } catch {
        return false; // nothing there any more
      }
    });
  }

  async close(): Promise<void> {
    await this.#at.faults.around(this.#call('close'), () => {
      this.#open = false;
    });
  }

  #put(operation: 'append' | 'appendLater', bytes: Uint8Array): void {
    this.#assertOpen();
    const whole = (): void => {
      this.#write(bytes);
      this.#size += bytes.length;
    };
    this.#at.faults.aroundNow(this.#call(operation), whole, () =>
      this.#write(bytes.subarray(0, bytes.length >> 1)),
    );
  }

  #write(bytes: Uint8Array): void {
    this.#at.store.change(this.#file, this.#at.self, () => this.#file.put(bytes, this.#size));
  }

  #assertOpen(): void {
    if (!this.#open) throw systemError('EBADF', 'write', this.#path);
  }

  #call(operation: Operation): Call {
    return { operation, path: this.#path, client: this.#at.client };
  }
}
