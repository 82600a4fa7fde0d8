import type { Book } from '../claim/book.js';
import { logOf } from '../claim/sidecar.js';
import type { Tell } from '../notice.js';
import { errorCode, type AppendFile, type FileSystem } from '../ports/fs.js';
import type { Screen } from '../ports/screen.js';
import { RunOutput } from './output.js';

interface SlotLogOptions {
  readonly fs: FileSystem;
  readonly screen: Screen;
  readonly tell: Tell;
  readonly worker: string;
  readonly inherit: boolean;
  /** Only where there are several. */
  readonly slot?: number | undefined;
}

/** Where the output of a slot's runs goes. One log a slot: clusters count files. */
export class SlotLog {
  readonly #o: SlotLogOptions;
  #book: Book | undefined;
  #file: AppendFile | undefined;
  #output: RunOutput;

  constructor(options: SlotLogOptions) {
    this.#o = options;
    this.#output = this.#outputTo(undefined);
  }

  get output(): RunOutput {
    return this.#output;
  }

  /** Anew in a sidecar that was made anew. */
  async open(book: Book): Promise<void> {
    const { fs, tell, worker, inherit, slot } = this.#o;
    if (book === this.#book || inherit) return;
    this.#book = book;
    await this.close();
    const path = logOf(book.epoch, worker, slot);
    try {
      this.#file = await fs.openAppend(path);
    } catch (error) {
      this.#file = undefined;
      tell({ tell: 'log-trouble', path, code: errorCode(error) ?? 'unknown' });
    }
    this.#output = this.#outputTo(this.#file && { file: this.#file, path });
  }

  async close(): Promise<void> {
    await this.#file?.close().catch(() => undefined);
  }

  #outputTo(log: { file: AppendFile; path: string } | undefined): RunOutput {
    const { screen, slot, tell } = this.#o;
    return new RunOutput({
      screen,
      labelled: slot !== undefined,
      log: log?.file,
      onLogTrouble: ({ code }) => {
        tell({ tell: 'log-trouble', path: log?.path ?? '', code });
      },
    });
  }
}
