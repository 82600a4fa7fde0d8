import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realFullScreen, type FullScreen, type KeySource } from '../../src/ports/screen-full.js';

/** What was written, and what the terminal was told. */
class Target extends EventEmitter {
  readonly isTTY = true;
  columns = 20;
  rows = 5;
  text = '';

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  taken(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}

const ENTERED = '\x1b[?1049h';
const LEFT = '\x1b[?1049l';

let target: Target;
let screen: FullScreen;
let modes: boolean[];
let stops: string[];
let keys: KeySource;

beforeEach(() => {
  target = new Target();
  modes = [];
  stops = [];
  keys = Object.assign(new EventEmitter(), {
    ...{ isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) },
    ...{ resume: () => keys, pause: () => keys },
  });
  screen = realFullScreen(target, keys, () => stops.push(target.taken()));
});
afterEach(() => screen.leave());

test('entering and leaving are each other undone', () => {
  screen.enter();
  expect(target.taken()).toContain(`${ENTERED}\x1b[?25l\x1b[?7l`);
  expect(modes.at(-1)).toBe(true);
  screen.leave();
  expect(target.taken()).toBe(`\x1b[0m\x1b[?7h\x1b[?25h${LEFT}`);
  expect(modes.at(-1)).toBe(false);
  screen.leave();
  expect(target.taken()).toBe('');
});

test('nothing is listened to after it was left', () => {
  const count = (): number[] =>
    ['SIGTSTP', 'SIGCONT', 'exit'].map((event) => process.listenerCount(event as 'exit'));
  const before = count();
  screen.enter();
  expect(count()).toEqual(before.map((listeners) => listeners + 1));
  screen.leave();
  expect(count()).toEqual(before);
  expect(target.listenerCount('resize')).toBe(0);
});

describe('painting', () => {
  beforeEach(() => {
    screen.enter();
    target.taken();
  });

  test('writes every line at first, all of them at once', () => {
    screen.paint(['one', 'two']);
    expect(target.taken()).toBe('\x1b[?2026h\x1b[0m\x1b[2J\x1b[1;1Hone\x1b[K\x1b[2;1Htwo\x1b[K\x1b[?2026l');
  });

  test('writes only the lines that changed after that', () => {
    screen.paint(['one', 'two', 'three']);
    target.taken();
    screen.paint(['one', '2', 'three']);
    expect(target.taken()).toBe('\x1b[?2026h\x1b[2;1H2\x1b[K\x1b[?2026l');
    screen.paint(['one', '2', 'three']);
    expect(target.taken()).toBe('');
    screen.paint(['one']);
    expect(target.taken()).toBe('\x1b[?2026h\x1b[2;1H\x1b[K\x1b[3;1H\x1b[K\x1b[?2026l');
  });

  test.each([
    ['resized', () => target.emit('resize')],
    ['asked to', () => screen.forget()],
    ['continued after it was stopped', () => process.emit('SIGCONT')],
  ])('writes every line again when it is %s', (_, happens) => {
    let told = 0;
    screen.listen({ changed: () => told++ });
    screen.paint(['one', 'two']);
    happens();
    target.taken();
    screen.paint(['one', 'two']);
    expect(target.taken()).toContain('\x1b[2J\x1b[1;1Hone');
    expect(told).toBe(1);
  });

  test('writes nothing where the screen was left', () => {
    screen.leave();
    target.taken();
    screen.paint(['one']);
    expect(target.taken()).toBe('');
  });
});

test('when it is suspended the shell gets its terminal back first, and it returns afterwards', () => {
  screen.enter();
  target.taken();
  screen.suspend();
  expect(stops).toHaveLength(1);
  expect(stops[0]).toContain(LEFT);
  expect(target.taken()).toContain(ENTERED);
  expect(modes.slice(-3)).toEqual([false, false, true]);
});

test('its end ends the full screen too', () => {
  screen.enter();
  target.taken();
  for (const listener of process.listeners('exit').slice(-1)) listener.call(process, 1);
  expect(target.taken()).toContain(LEFT);
});

test('what is typed is heard while the screen is ours, whole characters at a time', () => {
  const heard: string[] = [];
  screen.listen({ typed: (text) => heard.push(text) });
  screen.enter();
  const bytes = Buffer.from('é');
  keys.emit('data', bytes.subarray(0, 1));
  keys.emit('data', bytes.subarray(1));
  expect(heard.join('')).toBe('é');
  screen.leave();
  expect(keys.listenerCount('data')).toBe(0);
});

test('a terminal that never told its size is taken to be an ordinary one', () => {
  target.columns = 0;
  target.rows = 0;
  expect(screen.size).toEqual({ columns: 80, rows: 24 });
});
