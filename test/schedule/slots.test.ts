import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argvOf, commandLine, slotHash, spaceJoined } from '../../src/schedule/slots.js';
import { scanned } from './outcome.js';

describe('argvOf', () => {
  it('leaves out the marks and decodes the rest', () => {
    expect(argvOf(scanned(String.raw`[["executed", "executed", "\u00e4", /**/ 1.50, "",]]`), 0)).toEqual([
      'ä',
      '1.50',
      '',
    ]);
  });

  it('refuses an index that no entry has', () => {
    expect(() => argvOf(scanned('[["a"]]'), 1)).toThrow(RangeError);
  });
});

describe('slotHash', () => {
  it('never changes: sidecars hold it', () => {
    expect(slotHash(['python', 'main.py', '--lr', '0.1'])).toBe('10947ae16ca47d573011');
    expect(slotHash(['ä😀'])).toBe('e2194c1421f99d953552');
  });

  it('tells apart what only joins to the same line', () => {
    expect(slotHash(['a', 'b'])).not.toBe(slotHash(['a b']));
  });
});

describe('spaceJoined', () => {
  it('joins with single spaces and quotes nothing', () => {
    expect(spaceJoined(['echo', 'a b', ''])).toBe('echo a b ');
  });
});

describe('commandLine', () => {
  it('leaves plain words alone and quotes the rest', () => {
    expect(commandLine(['python', 'main.py', '--lr=0.1', 'a b', "it's", '', '$HOME', '~', '*.py'])).toBe(
      `python main.py --lr=0.1 'a b' 'it'\\''s' '' '$HOME' '~' '*.py'`,
    );
  });

  it('quotes a first word that a shell would take for something else than a command', () => {
    expect(commandLine(['A=1', 'A=1'])).toBe(`'A=1' A=1`);
    expect(commandLine(['if', 'if'])).toBe(`'if' if`);
  });

  it('is read back by sh as the same argv', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...Array.from(' \'"\\$`!*?[]{}()<>|&;#~=%^\n\t-ab')) }),
      fc.constantFrom('A=1', 'if', 'done', '-n', '~', '{a,b}', '#', 'a=~'),
    );
    const argv = fc.array(
      word.map((each) => each.replaceAll('\0', '')),
      { maxLength: 5 },
    );
    const many = fc.array(argv, { minLength: 40, maxLength: 40 });
    const property = fc.property(many, (argvs) => {
      const script = argvs.map((each) => `show ${commandLine(['x', ...each])}`).join('\n');
      const shown = execFileSync('sh', [
        '-c',
        `show() { printf '%s\\0' "$@"; printf '\\1\\0'; }\n${script}`,
      ]).toString();
      expect(shown).toBe(argvs.map((each) => ['x', ...each, '\x01', ''].join('\0')).join(''));
    });
    fc.assert(property, { numRuns: 15 });
  });
});
