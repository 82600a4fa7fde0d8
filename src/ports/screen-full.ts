import { StringDecoder } from 'node:string_decoder';
import { errorCode } from './fs.js';
import { onSuspend } from './screen-suspend.js';
import type { OutputTarget } from './screen-sink.js';

/** The whole terminal, for as long as it is ours: what stood on it before is there again when it is left. */
export interface FullScreen {
  readonly size: Size;
  enter(): void;
  /** Leaves a terminal as it was; may be called at any time and any number of times. */
  leave(): void;
  /** Shows these lines, each with its colours and no wider than the screen; writes only those that changed. */
  paint(lines: readonly string[]): void;
  /** The next paint draws every line: something else may have drawn on the screen. */
  forget(): void;
  /** As Ctrl-Z does in other programs. */
  suspend(): void;
  /** Returns the way to end it. */
  listen(listener: ScreenListener): () => void;
}

export interface ScreenListener {
  /** The size changed, or the screen must be painted again. */
  changed?(): void;
  /** What the terminal sent for the keys that were pressed. */
  typed?(text: string): void;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is needed of process.stdin. */
export interface KeySource extends NodeJS.EventEmitter {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
}

// The other screen, no cursor, and no line that is longer than we counted runs into the next one.
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
// Terminals that know these show all of an update at once; the others ignore them.
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

const DEFAULT_SIZE: Size = { columns: 80, rows: 24 };

export function realFullScreen(
  target: OutputTarget = process.stdout,
  keys: KeySource = process.stdin,
  stopGroup: () => void = stopOwnGroup,
): FullScreen {
  let painted: readonly string[] = [];
  let all = true;
  let isOn = false;
  let listening: (() => void)[] = [];
  const listeners = new Set<ScreenListener>();
  const decoder = new StringDecoder('utf8');
  const write = (text: string): void => {
    // The terminal may be gone; then there is nobody to tell.
    target.write(text, () => undefined);
  };
  const changed = (): void => {
    all = true;
    for (const listener of listeners) listener.changed?.();
  };

  const typed = (bytes: Buffer): void => {
    const text = decoder.write(bytes);
    for (const listener of listeners) listener.typed?.(text);
  };

  function show(): void {
    // First, since a process in the background is stopped here until it is in the foreground.
    raw(keys, true);
    write(ENTER);
    isOn = true;
    changed();
  }

  function hide(): void {
    if (!isOn) return;
    isOn = false;
    write(LEAVE);
    raw(keys, false);
  }

  /** Stops it with everything that was started together with it, as the terminal would at Ctrl-Z. */
  function suspend(): void {
    unlisten();
    hide();
    stopGroup();
    // Back already, or nobody was there to bring us back and the system did not stop us.
    listen();
    show();
  }

  function listen(): void {
    target.on('resize', changed);
    process.on('exit', hide);
    // What stopped us by itself may have left the terminal in any state.
    const unsuspend = onSuspend(hide, () => {
      hide();
      show();
    });
    keys.on('data', typed).resume();
    listening = [
      () => target.off('resize', changed),
      () => process.off('exit', hide),
      () => keys.off('data', typed).pause(),
      unsuspend,
    ];
  }

  function unlisten(): void {
    for (const end of listening.splice(0)) end();
  }

  return {
    get size() {
      return { columns: target.columns || DEFAULT_SIZE.columns, rows: target.rows || DEFAULT_SIZE.rows };
    },
    enter() {
      target.on('error', ignored);
      listen();
      show();
    },
    leave() {
      unlisten();
      hide();
    },
    paint(lines) {
      if (!isOn) return;
      const text = differenceOf(all ? undefined : painted, lines);
      painted = [...lines];
      all = false;
      if (text !== '') write(`${BEGIN}${text}${END}`);
    },
    forget: changed,
    suspend,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What turns the one picture into the other; without the one, into an empty screen first. */
function differenceOf(before: readonly string[] | undefined, after: readonly string[]): string {
  let text = before ? '' : '\x1b[0m\x1b[2J';
  const length = Math.max(before?.length ?? 0, after.length);
  for (let row = 0; row < length; row++) {
    const line = after[row] ?? '';
    if (line !== (before?.[row] ?? '')) text += `\x1b[${row + 1};1H${line}\x1b[K`;
  }
  return text;
}

function raw(keys: KeySource, on: boolean): void {
  if (keys.isTTY !== true) return;
  try {
    // Node believes that it knows the mode; a shell may have set another meanwhile.
    if (on) keys.setRawMode?.(false);
    keys.setRawMode?.(on);
  } catch (error) {
    if (errorCode(error) === undefined) throw error; // the terminal is gone
  }
}

function stopOwnGroup(): void {
  process.kill(0, 'SIGTSTP');
}

function ignored(): void {
  return;
}
