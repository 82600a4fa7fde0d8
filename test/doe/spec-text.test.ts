import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { readJson } from '../../src/doe/spec/spec-json.js';
import { specIn } from '../../src/doe/spec/spec-text.js';

const COMMAND = 'command: run\n';

function problemOf(text: string, file = 'sweep.yaml'): string {
  try {
    specIn(text, file);
  } catch (error) {
    if (error instanceof DesignProblem) return `${error.problem} | ${error.remedy}`;
    throw error;
  }
  return 'none';
}

describe('a spec in YAML', () => {
  it('reads numbers, dates and no as YAML 1.2 has them', () => {
    const { factors } = specIn(
      `${COMMAND}factors: {a: [1e-4, 0.10, 2024-01-01, no, 1_000, 12:30, true]}`,
      'a.yml',
    );
    expect(factors).toEqual({ a: [0.0001, 0.1, '2024-01-01', 'no', '1_000', '12:30', true] });
    expect(specIn(`%YAML 1.1\n---\n${COMMAND}factors: {a: [no]}`, 'a.yaml').factors).toEqual({ a: ['no'] });
  });

  it('takes spellings without quotes', () => {
    const { factors } = specIn(
      `${COMMAND}factors:\n  lr: log:1e-4..1e-1:4\n  --n: 1..5\n  f: flag\n  d: -1..1\n  b: 32,64`,
      'a.yaml',
    );
    expect(factors).toEqual({ lr: 'log:1e-4..1e-1:4', '--n': '1..5', f: 'flag', d: '-1..1', b: '32,64' });
  });

  it('takes anchors and merges', () => {
    const text = 'command: run\nfactors: &all\n  lr: [1, 2]\nblocks:\n- factors: {<<: *all, b: 1}\n- {}';
    expect(specIn(text, 'a.yaml').blocks).toEqual([{ factors: { lr: [1, 2], b: 1 } }, {}]);
  });

  it.each([
    ['factors: {a: 1}\nfactors: {b: 1}', 'sweep.yaml: line 2, column 1: this key stands there already.'],
    ['factors: {1: x, "1": y}', 'line 1, column 17: this key stands there already.'],
    ['a: "é😀" x\n', 'line 1, column 9: '],
    ['command: run\r\n\r\nwhere: a: b', 'line 3, column 8: nested mappings'],
    [
      'command: run\n---\ncommand: run',
      'line 2, column 1: a second document begins here. | Put one spec in a file',
    ],
    ['command: !py run', 'line 1, column 10: tags that begin with !'],
    ['command: !!binary cnVu', 'line 1, column 10: tags that begin with !'],
    ['command: *.sh', 'line 1, column 10: *.sh refers to nothing. | Put it in quotes'],
    ['? [a]\n: b', 'line 1, column 3: a key has to be a plain text.'],
    ['a: &a {b: *a}', 'a is no key of a spec.'],
    ['<<: 3', 'An alias cannot be used like this: Merge sources'],
    [
      'seed: 12345678901234567890',
      'line 1, column 7: 12345678901234567890 has more digits than a number keeps.',
    ],
    ['', 'sweep.yaml: The spec is empty.'],
    ['# nothing', 'sweep.yaml: The spec is empty.'],
    ['[{'.repeat(100_000), 'this is nested too deeply'],
    ['- '.repeat(100_000), 'this is nested too deeply'],
    ['? '.repeat(100_000), 'this is nested too deeply'],
  ])('is told the place of a mistake: %j', (text, words) => {
    expect(problemOf(text)).toContain(words);
  });

  it('does not blow up', () => {
    const levels = Array.from(
      'bcdefghi',
      (key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`,
    );
    expect(problemOf(`a: &a [x]\n${levels.join('\n')}`)).toContain('An alias cannot be used like this');
  });
});

describe('a spec in JSON', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2, '\t', '\r\n'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is refused where JSON.parse refuses it', () => {
    // prettier-ignore
    const piece = fc.constantFrom(
      '{', '}', '[', ']', ':', ',', '"', "'", '\\', ' ', '\n', '\t', 'a', '0', '1', '-', '.', 'e', 'true', 'null',
      '"a"', '\\u00e9', '\ud83d', '\u007f', '\u00a0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const read = (reader: (text: string) => unknown) => {
          try {
            return { value: reader(text) };
          } catch {
            return 'refused';
          }
        };
        // What only this reader refuses: a key twice, and 1e999.
        fc.pre((text.match(/"a"\s*:/g) ?? []).length < 2 && !/e\d{3}/.test(text));
        expect(read(readJson)).toEqual(read(JSON.parse));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"command": "a",\n "command": "b"}', 's.json: line 2, column 2: the key "command" stands there twice.'],
    [
      '{"a": 1,}',
      'line 1, column 9: a key in double quotes should stand here. | Add it, or take out the comma',
    ],
    ['{"a": [1 2]}', 'line 1, column 10: a comma or the closing ] should stand here.'],
    ['{"a" 1}', 'line 1, column 6: a colon should stand here.'],
    ["{'a': 1}", 'line 1, column 2: a key in double quotes should stand here. | Put text in double quotes.'],
    ['{"a": tru}', 'line 1, column 7: a value should stand here. | Put text in double quotes.'],
    ['// one\n{}', 'line 1, column 1: a value should stand here. | JSON has no comments'],
    ['{"a": "b\nc"}', 'line 1, column 7: this string has a line break'],
    ['{"a": "b', 'line 1, column 7: a value should stand here. | Close the string'],
    ['{"a": 1} {', 'line 1, column 10: the text ends before this.'],
    ['{"é😀": [1,', 'line 1, column 11: the text ends where a value should come.'],
    ['', 'line 1, column 1: the text ends where a value should come.'],
    ['{"seed": 12345678901234567890}', 'line 1, column 10: 12345678901234567890 has more digits'],
    ['{"seed": 1e999}', 'line 1, column 10: 1e999 is too great for a number'],
    ['['.repeat(100_000), 'this is nested too deeply'],
    ['{"factors": {"__proto__": 1}}', 'A factor cannot be named __proto__.'],
  ])('is told the place of a mistake: %j', (text, words) => {
    expect(problemOf(text, 's.json')).toContain(words);
  });

  it('may begin with a byte order mark', () => {
    expect(specIn('\uFEFF{"command": "run"}', 'S.JSON')).toEqual({ command: 'run' });
    expect(specIn('\uFEFFcommand: run', 's.yaml')).toEqual({ command: 'run' });
  });
});

describe('a spec whose parts do not fit', () => {
  it.each([
    ['factors: {lr: log:0..1:3}', 'sweep.yaml: factors.lr: lr=log:0..1:3 touches 0'],
    ['factors: {a.b: log:0..1:3}', 'sweep.yaml: factors["a.b"]: '],
    ['factors: {a: [1, 2]}\nwhere: [a > 0, b > 0]', 'sweep.yaml: where[1]: In b > 0, b is no factor.'],
    ['factors: {a: [1, 2], c: {space: [1], when: b > 0}}', 'sweep.yaml: factors.c.when: In b > 0'],
    ['blocks: [{}, {repeat: s=uniform:0..1}]', 'sweep.yaml: blocks[1].repeat: Runs cannot be repeated'],
  ])('is told the path: %j', (text, words) => {
    expect(problemOf(COMMAND + text)).toContain(words);
  });

  it('is told one problem a line', () => {
    expect(problemOf('desgin: lhs\nruns: 0').split('\n')[0]).toBe('sweep.yaml:');
  });
});
