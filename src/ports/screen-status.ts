import type { OutputTarget, Sink } from './screen-sink.js';
import { fit } from './screen-text.js';
import { readProcess } from './spawn-proc.js';

const INTERVAL_MS = 100;
const ERASE = '\r\x1b[K';

/** One line below all output. It is on the screen only while the cursor stands on a free line of its own. */
export class StatusLine {
  private text: (() => string) | undefined;
  /** What is on the screen now; erasing it takes the cursor back to where the output left it. */
  private drawn: string | undefined;
  private drawnAt = -Infinity;
  private paused = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sink: Sink,
    private readonly terminal: OutputTarget,
    private readonly columns: () => number,
    private readonly foreground: () => boolean,
  ) {}

  show(text: (() => string) | undefined): void {
    this.text = text;
    if (text === undefined) this.stop();
    else this.start();
  }

  pause(): void {
    this.paused = true;
    this.erase();
  }

  resume(): void {
    this.paused = false;
    this.sink.cursor.forget();
    this.draw();
  }

  /** Before anything else is written. */
  erase(): void {
    if (this.drawn === undefined) return;
    this.drawn = undefined;
    this.put(ERASE);
  }

  /** After output: at once, unless that came to more than ten times a second; then the timer does it. */
  drawSoon(): void {
    if (this.text !== undefined && performance.now() - this.drawnAt >= INTERVAL_MS) this.draw();
  }

  private start(): void {
    if (this.timer) return;
    this.timer = setInterval(this.draw, INTERVAL_MS).unref();
    this.terminal.on('resize', this.redraw);
    process.once('exit', this.leave);
    this.drawSoon();
  }

  private stop(): void {
    this.erase();
    clearInterval(this.timer);
    this.timer = undefined;
    this.terminal.off('resize', this.redraw);
    process.off('exit', this.leave);
  }

  /** Writing to a terminal is synchronous, so this still works while the process exits. */
  private readonly leave = (): void => this.erase();

  private readonly redraw = (): void => {
    this.erase();
    this.draw();
  };

  private readonly draw = (): void => {
    if (this.text === undefined || this.paused || !this.sink.cursor.free || !this.foreground()) return;
    // A full line would wrap, and erasing would miss its first half; an echoed ^Z takes two columns more.
    const text = fit(this.text(), this.columns() - 3);
    if (text === this.drawn) return;
    this.drawn = text;
    this.drawnAt = performance.now();
    this.put(`\r${text}\x1b[K`);
  };

  private put(bytes: string): void {
    void this.sink.write(bytes);
  }
}

/** A worker sent to the background with `&` or `bg` must not draw into the shell's prompt. */
export function inForeground(): boolean {
  const self = readProcess('self');
  return self === undefined || self.foreground < 0 || self.foreground === self.group;
}
