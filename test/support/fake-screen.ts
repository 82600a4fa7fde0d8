import type { Screen } from '../../src/ports/screen.js';
import type { OutputStream } from '../../src/ports/spawn.js';

export interface FakeScreen extends Screen {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly notices: readonly string[];
  /** What the status line would show now. */
  readonly statusNow: string | undefined;
  readonly paused: boolean;
}

/** Keeps what was written; `hold` makes it as slow as a test likes. */
export function fakeScreen(hold: () => void | Promise<void> = () => undefined): FakeScreen {
  const chunks: Record<OutputStream, Uint8Array[]> = { stdout: [], stderr: [] };
  const notices: string[] = [];
  let status: (() => string) | undefined;
  let paused = false;
  return {
    isTerminal: false,
    columns: 80,
    notices,
    get stdout() {
      return Buffer.concat(chunks.stdout);
    },
    get stderr() {
      return Buffer.concat(chunks.stderr);
    },
    get statusNow() {
      return status?.();
    },
    get paused() {
      return paused;
    },
    coloured: () => false,
    write: (stream, chunk) => {
      chunks[stream].push(chunk);
      return hold();
    },
    notice: (text) => void notices.push(text),
    status: (text) => (status = text),
    pause: () => (paused = true),
    resume: () => (paused = false),
    close: () => Promise.resolve(),
  };
}
