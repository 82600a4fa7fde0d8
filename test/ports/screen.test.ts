import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { wantsColour } from '../../src/ports/screen-colour.js';
import { realScreen, type Screen } from '../../src/ports/screen.js';
import type { OutputTarget } from '../../src/ports/screen-sink.js';
import { Terminal } from '../support/terminal.js';

const env = { TERM: 'xterm' };
const STATUS = '[12/60] python main.py';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const screens: Screen[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const screen of screens.splice(0)) await screen.close();
});

function onTerminal(terminal: OutputTarget, stdout: OutputTarget = terminal): Screen {
  const screen = realScreen({ stdout, stderr: terminal, env, foreground: () => true });
  screens.push(screen);
  return screen;
}

const put = (screen: Screen, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void =>
  void screen.write(stream, Buffer.from(text));

/** A file or a pipe that takes everything, or fails as told. */
class Pipe extends EventEmitter {
  text = '';
  error: Error | undefined;
  full = false;
  private readonly waiting: (() => void)[] = [];

  write(bytes: Uint8Array | string, taken: (error?: Error | null) => void): boolean {
    if (this.error) {
      const { error } = this;
      queueMicrotask(() => {
        taken(error);
        this.emit('error', error);
      });
      return false;
    }
    this.text += Buffer.from(bytes as string).toString('latin1');
    if (this.full) this.waiting.push(() => taken());
    else queueMicrotask(() => taken());
    return !this.full;
  }

  drain(): void {
    this.full = false;
    for (const taken of this.waiting.splice(0)) taken();
  }
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe('the status line', () => {
  test('stands below the output and is gone at the end', async () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    screen.status(() => STATUS);
    expect(terminal.text).toBe(STATUS);
    put(screen, 'a\n');
    vi.advanceTimersByTime(100);
    expect(terminal.text).toBe(`a\n${STATUS}`);
    vi.useRealTimers();
    await screen.close();
    expect(terminal.text).toBe('a');
  });

  test('is erased before output, whichever stream it comes from', () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    screen.status(() => STATUS);
    put(screen, 'x');
    expect(terminal.text).toBe('x');
    put(screen, 'y', 'stderr');
    expect(terminal.text).toBe('xy');
  });

  test('is not drawn over lines that the cursor was moved back to, however the escape sequence arrives', () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    screen.status(() => STATUS);
    for (const chunk of ['one\ntwo\nthree\n', '\x1b', '[', '3A', '\n']) put(screen, chunk);
    vi.advanceTimersByTime(1000);
    expect(terminal.text).toBe('one\ntwo\nthree');
    put(screen, '\n'.repeat(10));
    vi.advanceTimersByTime(100);
    expect(terminal.text).toContain(STATUS);
  });

  test('is not drawn behind a prompt or a progress bar, however long that stands', () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    screen.status(() => STATUS);
    put(screen, '\r 10%|#  |', 'stderr');
    vi.advanceTimersByTime(5000);
    expect(terminal.text).toBe(' 10%|#  |');
    put(screen, '\r100%|###|\n', 'stderr');
    vi.advanceTimersByTime(100);
    expect(terminal.text).toBe(`100%|###|\n${STATUS}`);
  });

  test('is drawn about ten times a second, not once for every line', () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    let n = 0;
    screen.status(() => `status ${n++}`);
    for (let i = 0; i < 1000; i++) {
      put(screen, 'line\n');
      vi.advanceTimersByTime(1);
    }
    expect(n).toBeLessThan(13);
    expect(n).toBeGreaterThan(8);
  });

  test('is not written again while it says the same', () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    screen.status(() => STATUS);
    const before = terminal.written;
    vi.advanceTimersByTime(10_000);
    expect(terminal.written).toBe(before);
  });

  test('follows the width, and leaves room for an echoed ^Z so that it never wraps', () => {
    const terminal = new Terminal(20);
    const screen = onTerminal(terminal);
    screen.status(() => 'x'.repeat(50));
    expect(terminal.text).toBe(`${'x'.repeat(16)}…`);
    terminal.columns = 10;
    terminal.emit('resize');
    expect(terminal.text).toBe(`${'x'.repeat(6)}…`);
  });

  test('is off while paused', () => {
    const terminal = new Terminal();
    const screen = onTerminal(terminal);
    screen.status(() => STATUS);
    screen.pause();
    vi.advanceTimersByTime(1000);
    expect(terminal.text).toBe('');
    screen.resume();
    expect(terminal.text).toBe(STATUS);
  });

  test('minds only stderr when stdout is a file', () => {
    const terminal = new Terminal();
    const file = new Pipe();
    const screen = onTerminal(terminal, file);
    screen.status(() => STATUS);
    put(screen, 'no newline');
    expect(terminal.text).toBe(STATUS);
    expect(file.text).toBe('no newline');
  });

  test.each([
    ['stderr is no terminal', new Pipe(), env],
    ['the terminal is dumb', new Terminal(), { TERM: 'dumb' }],
  ])('is not there when %s', (_name, stderr, env) => {
    const screen = realScreen({ stdout: new Terminal(), stderr, env, foreground: () => true });
    screen.status(() => expect.fail('asked'));
    vi.advanceTimersByTime(1000);
    expect('written' in stderr ? stderr.written : stderr.text).toBeFalsy();
    expect(screen.isTerminal).toBe(false);
  });

  test('is not drawn into the shell’s prompt from the background', () => {
    const terminal = new Terminal();
    let ours = false;
    const screen = realScreen({ stdout: terminal, stderr: terminal, env, foreground: () => ours });
    screens.push(screen);
    screen.status(() => STATUS);
    vi.advanceTimersByTime(1000);
    expect(terminal.text).toBe('');
    ours = true;
    vi.advanceTimersByTime(100);
    expect(terminal.text).toBe(STATUS);
  });
});

describe('notices', () => {
  test('begin on a fresh line, also where there is no terminal', () => {
    const pipe = new Pipe();
    const screen = realScreen({ stdout: new Pipe(), stderr: pipe, env });
    put(screen, 'Loading...', 'stderr');
    void screen.notice('one');
    void screen.notice('two');
    expect(pipe.text).toBe('Loading...\none\ntwo\n');
  });

  test('begin on a fresh line where stdout and stderr go to the same file', () => {
    const pipe = Object.assign(new Pipe(), { fd: 0 });
    const screen = realScreen({ stdout: pipe, stderr: pipe, env });
    put(screen, 'Loading...', 'stdout');
    void screen.notice('one');
    expect(pipe.text).toBe('Loading...\none\n');
  });
});

describe('writing', () => {
  test('passes every byte as it is', () => {
    const pipe = new Pipe();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    void realScreen({ stdout: pipe, stderr: new Pipe(), env }).write('stdout', bytes);
    expect(Buffer.from(pipe.text, 'latin1')).toEqual(bytes);
  });

  test('waits for a slow reader', async () => {
    const pipe = new Pipe();
    const screen = realScreen({ stdout: pipe, stderr: new Pipe(), env });
    expect(screen.write('stdout', Buffer.from('a'))).toBeUndefined();
    pipe.full = true;
    let taken = false;
    const waiting = Promise.resolve(screen.write('stdout', Buffer.from('b'))).then(() => (taken = true));
    await Promise.resolve();
    expect(taken).toBe(false);
    pipe.drain();
    await waiting;
  });

  test.each(['EPIPE', 'EIO'])('goes on without a reader that is gone: %s', async (code) => {
    const [stdout, stderr] = [new Pipe(), new Pipe()];
    const screen = realScreen({ stdout, stderr, env });
    stdout.error = systemError(code);
    await screen.write('stdout', Buffer.from('a'));
    stdout.error = undefined;
    await screen.write('stdout', Buffer.from('b'));
    await screen.write('stderr', Buffer.from('c'));
    expect([stdout.text, stderr.text]).toEqual(['', 'c']);
    await screen.close();
  });

  test('tries again after an error that may pass', async () => {
    const stdout = new Pipe();
    const screen = realScreen({ stdout, stderr: new Pipe(), env });
    stdout.error = systemError('ENOSPC');
    await screen.write('stdout', Buffer.from('a'));
    stdout.error = undefined;
    await screen.write('stdout', Buffer.from('b'));
    expect(stdout.text).toBe('b');
  });
});

test.each([
  ['always', false, { NO_COLOR: '1', TERM: 'dumb' }, true],
  ['never', true, { FORCE_COLOR: '1' }, false],
  ['auto', true, {}, true],
  ['auto', false, {}, false],
  ['auto', true, { NO_COLOR: '1' }, false],
  ['auto', true, { NO_COLOR: '' }, true],
  ['auto', true, { TERM: 'dumb' }, false],
  ['auto', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['auto', false, { FORCE_COLOR: '' }, true],
  ['auto', true, { FORCE_COLOR: '0' }, false],
] as const)('colour: --color %s, terminal %s, %j: %s', (choice, isTerminal, env, expected) => {
  expect(wantsColour(choice, isTerminal, env)).toBe(expected);
});
