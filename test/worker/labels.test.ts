import { describe, expect, test } from 'vitest';
import type { OutputStream } from '../../src/ports/spawn.js';
import { LabelledLines } from '../../src/worker/labels.js';

function labelled(label = '7') {
  const shown: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  const lines = new LabelledLines((stream, bytes) => void shown[stream].push(Buffer.from(bytes)));
  lines.begin(label);
  return {
    lines,
    add: (text: string | Buffer, stream: OutputStream = 'stdout') => void lines.add(stream, Buffer.from(text)),
    out: (stream: OutputStream = 'stdout') => Buffer.concat(shown[stream]).toString('latin1'),
    pieces: shown,
  };
}

describe('the output of one of several runs', () => {
  test('is shown in whole lines, each with its label, however it comes', () => {
    const text = 'one\ntwo\n\n three\r\nfour\n';
    const expected = '[7] one\n[7] two\n[7] \n[7]  three\n[7] four\n';
    for (let size = 1; size <= text.length; size++) {
      const { add, lines, out, pieces } = labelled();
      for (let at = 0; at < text.length; at += size) add(text.slice(at, at + size));
      lines.end();
      expect(out(), `${size} bytes at once`).toBe(expected);
      for (const piece of pieces.stdout) expect(piece.at(-1)).toBe(0x0a);
    }
  });

  test('keeps its two streams apart, also in the middle of a line', () => {
    const { add, lines, out } = labelled();
    add('to be ');
    add('an error\n', 'stderr');
    add('continued\n');
    lines.end();
    expect([out(), out('stderr')]).toEqual(['[7] to be continued\n', '[7] an error\n']);
  });

  test('gets a line end where it has none, and the next run begins with nothing of it', () => {
    const { add, lines, out } = labelled();
    add('no end');
    expect(out()).toBe('');
    lines.end();
    lines.begin('8');
    add('next\n');
    lines.end();
    expect(out()).toBe('[7] no end\n[8] next\n');
  });

  test('may be any bytes', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i !== 10 && i !== 13));
    const { add, lines, out } = labelled();
    add(bytes);
    lines.end();
    expect(out()).toBe(`[7] ${bytes.toString('latin1')}\n`);
  });

  test.each([
    ['10%\r20%\r30%\n', '[7] 30%\n'],
    ['10%\r20%\r', '[7] 20%\n'],
    ['\r10%\r20%', '[7] 20%\n'],
    ['done\r\r\n', '[7] done\n'],
    ['\r\n', '[7] \n'],
    ['\r', '[7] \n'],
  ])('%j shows what a terminal would have left', (text, expected) => {
    const { add, lines, out } = labelled();
    for (const byte of text) add(byte);
    lines.end();
    expect(out()).toBe(expected);
  });

  test('that comes in large chunks of short lines is cut at no other place', () => {
    const text = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('');
    for (const size of [65_536, 65_537, 100_000, 200_000]) {
      const { add, lines, out } = labelled();
      for (let at = 0; at < text.length; at += size) add(text.slice(at, at + size));
      lines.end();
      expect(out() === text.replace(/^/gm, '[7] ').slice(0, -4), `${size} bytes at once`).toBe(true);
    }
  });

  test('without a line end is shown in pieces of whole characters, and never kept', () => {
    const { add, lines, out, pieces } = labelled();
    const chunk = Buffer.from('é€😀'.repeat(1000));
    let largest = 0;
    for (let i = 0; i < 100; i++) {
      // Cut in the middle of characters.
      const from = i === 0 ? 0 : (i * 7) % 9;
      add(Buffer.concat([chunk.subarray(from), chunk.subarray(0, from)]).subarray(0, chunk.length));
      largest = Math.max(largest, ...pieces.stdout.map(({ length }) => length));
    }
    lines.end();
    expect(pieces.stdout.length).toBeGreaterThan(5);
    expect(largest).toBeLessThan(200_000);
    expect(out().length).toBeGreaterThan(100 * chunk.length);
  });

  test('is cut between characters, not within', () => {
    const { add, lines, pieces } = labelled('');
    const text = Buffer.from('😀'.repeat(100_000));
    for (let at = 0; at < text.length; at += 5003) add(text.subarray(at, at + 5003));
    lines.end();
    for (const piece of pieces.stdout) expect(piece.toString()).not.toContain('\ufffd');
  });

  test('of a progress bar without an end shows whole states of it', () => {
    const { add, lines, out } = labelled();
    const text = Array.from({ length: 20_000 }, (_, i) => `\rstep ${String(i).padStart(6)} of 20000`).join('');
    for (let at = 0; at < text.length; at += 5003) add(text.slice(at, at + 5003));
    lines.end();
    const shown = out().split('\n').slice(0, -1);
    expect(shown.length).toBeGreaterThan(3);
    for (const line of shown) expect(line).toMatch(/^\[7\] step +\d+ of 20000$/);
    expect(shown.at(-1)).toContain('19999');
  });

  test('waits for a slow reader', async () => {
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const lines = new LabelledLines(() => slow);
    lines.begin('1');
    expect(lines.add('stdout', Buffer.from('half'))).toBeUndefined();
    const taken = lines.add('stdout', Buffer.from(' a line\n'));
    expect(taken).toBe(slow);
    release();
    await taken;
  });
});
