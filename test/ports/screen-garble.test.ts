import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realScreen } from '../../src/ports/screen.js';
import { Terminal } from '../support/terminal.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('whatever a command prints', () => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-z ]{1,30}$/) },
    { weight: 4, arbitrary: fc.constant('\n') },
    fc.constantFrom('\r', '\x1b[K', '\x1b[31m', '\x1b[A', '\x1b[3A', '\x1b[B', '\x1b[0m\n', '\n\n\n\n\n\n'),
  );
  const chunk = fc.record({
    text: fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
    cut: fc.nat({ max: 20 }),
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    later: fc.constantFrom(0, 30, 150),
    notice: fc.boolean(),
  });

  test('the status line never garbles it', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
        const [terminal, plain] = [new Terminal(), new Terminal()];
        const screen = realScreen({
          stdout: terminal,
          stderr: terminal,
          env: { TERM: 'xterm' },
          foreground: () => true,
        });
        screen.status(() => '[1/2] status');
        const last = { midLine: false };
        const both = (text: string, stream: 'stdout' | 'stderr'): void => {
          void screen.write(stream, Buffer.from(text));
          plain.write(text);
          if (text !== '') last.midLine = !text.endsWith('\n');
          expectSameOutput(terminal, plain);
        };
        for (const { text, cut, stream, later, notice } of chunks) {
          both(text.slice(0, cut), stream);
          both(text.slice(cut), stream);
          vi.advanceTimersByTime(later);
          expectSameOutput(terminal, plain);
          if (!notice) continue;
          void screen.notice('note');
          plain.write(`${last.midLine ? '\n' : ''}note\n`);
          last.midLine = false;
          expectSameOutput(terminal, plain);
        }
        screen.status(undefined);
        expect(terminal.shown).toEqual(plain.shown);
        expect(terminal.cursor).toEqual(plain.cursor);
      }),
      { numRuns: 300 },
    );
  });
});

/** The same screen, but for a status line in the cursor's row where there would be nothing. */
function expectSameOutput(terminal: Terminal, plain: Terminal): void {
  const shown = terminal.shown;
  const { row } = plain.cursor;
  expect(terminal.cursor.row).toBe(row);
  if (shown[row] === '[1/2] status' && plain.shown[row] === '') shown[row] = '';
  expect(shown).toEqual(plain.shown);
}
