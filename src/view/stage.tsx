import { Writable } from 'node:stream';
import { render } from 'ink';
import type { FullScreen, Size } from '../ports/screen-full.js';
import { App, type Store } from './app.js';

/** The live view on the screen, until `close`. */
export interface Stage {
  close(): void;
  /** Rejects when a component fails. */
  readonly ended: Promise<unknown>;
}

/**
 * Ink lays out and keeps the components; what it would write goes to the screen's own painter. Ink draws relative to
 * the cursor, erases the terminal's history where it fills the screen, and draws nothing at all where CI is set.
 */
export function openStage(screen: FullScreen, store: Store, coloured: boolean): Stage {
  const canvas = new Canvas(screen);
  const { unmount, waitUntilExit } = render(<App store={store} coloured={coloured} />, {
    stdout: canvas as unknown as NodeJS.WriteStream,
    patchConsole: false,
    isScreenReaderEnabled: false,
    // Every frame whole, and nothing but frames.
    debug: true,
  });
  const unsubscribe = screen.listen({ changed: () => canvas.repaint() });
  return {
    ended: waitUntilExit(),
    close() {
      unsubscribe();
      unmount();
    },
  };
}

class Canvas extends Writable {
  readonly #screen: FullScreen;
  #frame = '';
  #size: Size | undefined;

  constructor(screen: FullScreen) {
    super({ decodeStrings: false });
    this.#screen = screen;
  }

  get columns(): number {
    return this.#screen.size.columns;
  }

  get rows(): number {
    return this.#screen.size.rows;
  }

  /** Unless the size has changed too: then another frame is on its way. */
  repaint(): void {
    const { columns, rows } = this.#screen.size;
    if (columns === this.#size?.columns && rows === this.#size.rows)
      this.#screen.paint(this.#frame.split('\n').slice(0, rows));
  }

  override _write(frame: string, _encoding: string, done: () => void): void {
    // An empty one is only a barrier.
    if (frame !== '') {
      this.#frame = frame;
      this.#size = this.#screen.size;
      this.repaint();
    }
    done();
  }
}
