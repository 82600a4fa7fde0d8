import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tail } from '../../src/worker/tail.js';

function linesOf(...chunks: (string | Buffer)[]): string[] {
  const tail = new Tail();
  for (const chunk of chunks) tail.add(Buffer.from(chunk as string));
  return tail.lines();
}

test('the last twenty lines', () => {
  const all = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  expect(linesOf(all.join('\n'))).toEqual(all.slice(-20));
  expect(linesOf(`${all.join('\n')}\n\n`)).toEqual(all.slice(-20));
  expect(linesOf()).toEqual([]);
});

test('of long lines the last 8 KB, beginning with a whole character', () => {
  const [line] = linesOf('é'.repeat(10_000), 'x');
  expect(line).toBe(`…${'é'.repeat(4095)}x`);
});

test('of a progress bar what a terminal would show at last', () => {
  expect(linesOf('\r  0%|   |\r 50%|#  |\r100%|###|\n')).toEqual(['100%|###|']);
  expect(linesOf('crlf\r\n')).toEqual(['crlf']);
});

test('no colours, no controls, but tabs', () => {
  expect(linesOf('\x1b[1;31mError\x1b[0m:\tx\x1b]0;title\x07\x07\x1b[2K\n')).toEqual(['Error:\tx\\x07']);
});

test('the same however the output was cut into chunks', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 3, max: 400 }), (cuts, width) => {
      const total = cuts.reduce((sum, cut) => sum + cut, 0);
      const text = Array.from({ length: total }, (_, i) => (i % width === 0 ? '\n' : String(i % 10))).join('');
      const chunks: string[] = [];
      let at = 0;
      for (const cut of cuts) chunks.push(text.slice(at, (at += cut)));
      expect(linesOf(...chunks)).toEqual(linesOf(text));
    }),
  );
});

test('nothing of the run before', () => {
  const tail = new Tail();
  tail.add(Buffer.alloc(20_000, 'x'));
  tail.clear();
  tail.add(Buffer.from('y'));
  expect(tail.lines()).toEqual(['y']);
});
