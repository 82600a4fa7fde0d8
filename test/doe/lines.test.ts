import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineOf, newLines } from '../../src/doe/lines.js';
import { DesignProblem } from '../../src/doe/designs/points.js';

const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
const argv = fc.array(word, { minLength: 1 }).filter(([first]) => first !== 'executed');
const line = (number: number): string => lineOf(['c', String(number)]);

describe('an entry in one line', () => {
  it('is read back as the argv that it was made of', () => {
    fc.assert(
      fc.property(argv, (words) => {
        const text = lineOf(words);
        expect(JSON.parse(text)).toEqual(words);
        expect(text).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it('has a space behind each comma', () => {
    expect(lineOf(['python', 'main.py', '', 'a,b'])).toBe('["python", "main.py", "", "a,b"]');
  });

  it.each([[[]], [['']], [['', 'c']], [['executed']], [['executed', 'c']], [['c', 'a\0b']], [['\0']]])(
    'cannot be made of %j',
    (words) => {
      expect(() => lineOf(words)).toThrow(DesignProblem);
    },
  );

  it('may hold what only looks like a NUL, or like a mark', () => {
    expect(lineOf(['c', String.raw`\u0000`, 'executed'])).toBe(String.raw`["c", "\\u0000", "executed"]`);
  });
});

describe('the lines that a schedule does not have yet', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 });
  const count = (all: readonly string[], one: string): number => all.filter((other) => other === one).length;

  it('are those of the plan in its order, less one for each that is there or was made before', () => {
    fc.assert(
      fc.property(numbers, numbers, numbers, (wanted, present, before) => {
        const [lines, made] = [wanted.map(line), before.map(line)];
        const there = present.map((number) => ['c', String(number)]);
        const added = newLines(lines, there, made);
        for (const one of new Set(lines)) {
          const had = Math.max(count(present.map(line), one), count(made, one));
          expect(count(added, one)).toBe(Math.max(0, count(lines, one) - had));
        }
        let at = -1;
        for (const one of added) expect((at = lines.indexOf(one, at + 1))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('are found whatever an argument looks like', () => {
    const odd = ['c', '"', '\\', '\u2028', 'ä', '{"a": 1}', ''];
    expect(newLines([lineOf(odd), line(1)], [odd])).toEqual([line(1)]);
  });
});
