import type { LoggedRun, LogRemark, LogSink } from '../commands/logs.js';
import { SafeOutput } from '../ports/screen-output.js';
import type { Screen } from '../ports/screen.js';
import { showLogHeading, showLogRemark } from './show-logs.js';

export interface PrinterOptions {
  readonly screen: Screen;
  /** As the user typed it. */
  readonly schedule: string;
  /** Several runs are shown: each says whose output it is. */
  readonly headings: boolean;
  /** Stdout is a terminal, which other people's escape sequences must not command. */
  readonly safe: boolean;
  /** Stdout and stderr are one terminal, so what is said ends a line of output. */
  readonly shared: boolean;
  /** Of the terminal, where a line that has not ended may be shown and overwritten; 0 where not. */
  columns(): number;
  isClosed(): boolean;
}

const RESET = '\x1b[0m';
const AGAIN = '\r\x1b[K';
// eslint-disable-next-line no-control-regex -- colours take no columns
const SGR = /\x1b\[[\d;:]*m/g;

/** Puts output on stdout, as it is or fit for a terminal, and what is to be said beside it on stderr. */
export class LogPrinter implements LogSink {
  readonly #o: PrinterOptions;
  readonly #safe = new Map<string, SafeOutput>();
  #shown: string | undefined;
  #isMidLine = false;
  #isTinted = false;
  /** What stands on the terminal of a line that has not ended. */
  #open = '';

  constructor(options: PrinterOptions) {
    this.#o = options;
  }

  get isClosed(): boolean {
    return this.#o.isClosed();
  }

  async begin(logged: LoggedRun): Promise<void> {
    const key = keyOf(logged);
    if (key === this.#shown) return;
    await this.#untint();
    const isFirst = this.#shown === undefined;
    this.#shown = key;
    this.#open = '';
    if (!this.#o.headings) return;
    const before = isFirst ? '' : this.#isMidLine ? '\n\n' : '\n';
    await this.#write(`${before}${showLogHeading(logged)}\n`);
  }

  async put(logged: LoggedRun, bytes: Buffer): Promise<void> {
    if (!this.#o.safe) {
      await this.begin(logged);
      return this.#write(bytes);
    }
    const safe = this.#safeOf(logged);
    const lines = safe.add(bytes);
    const { begun } = safe;
    const isOpen = begun !== this.#open && begun.replace(SGR, '').length < this.#o.columns();
    if (lines === '' && !isOpen) return;
    await this.begin(logged);
    if (lines !== '') await this.#show(lines);
    if (!isOpen) return;
    await this.#show(begun);
    this.#open = begun;
  }

  async end(logged: LoggedRun): Promise<void> {
    const safe = this.#safe.get(keyOf(logged));
    this.#safe.delete(keyOf(logged));
    const rest = safe?.end() ?? '';
    if (rest !== '') {
      await this.begin(logged);
      await this.#show(rest);
    }
    await this.#untint();
  }

  say(remark: LogRemark): void {
    const lines = showLogRemark(remark, this.#o.schedule);
    if (this.#o.shared && lines.length > 0) {
      this.#isMidLine = false;
      this.#open = '';
    }
    for (const line of lines) void this.#o.screen.notice(line);
  }

  /** Leaves the terminal as it was. */
  async close(): Promise<void> {
    await this.#untint();
    if (this.#o.safe && this.#isMidLine) await this.#write('\n');
  }

  async #show(text: string): Promise<void> {
    const open = this.#open;
    this.#open = '';
    const tints = text.match(SGR);
    if (tints) this.#isTinted = !/\[0*m$/.test(tints.at(-1) ?? '');
    if (open === '') return this.#write(text);
    await this.#write(text.startsWith(open) ? text.slice(open.length) : `${AGAIN}${text}`);
  }

  async #untint(): Promise<void> {
    if (!this.#isTinted) return;
    this.#isTinted = false;
    await this.#o.screen.write('stdout', Buffer.from(RESET));
  }

  #safeOf(logged: LoggedRun): SafeOutput {
    const key = keyOf(logged);
    let safe = this.#safe.get(key);
    if (!safe) {
      safe = new SafeOutput({ coloured: this.#o.screen.coloured('stdout') });
      this.#safe.set(key, safe);
    }
    return safe;
  }

  async #write(text: string | Buffer): Promise<void> {
    if (text.length === 0) return;
    this.#isMidLine = text[text.length - 1] !== '\n' && text[text.length - 1] !== 0x0a;
    await this.#o.screen.write('stdout', Buffer.from(text));
  }
}

function keyOf({ entry, run }: LoggedRun): string {
  return `${entry} ${run.attempt} ${run.worker}`;
}
