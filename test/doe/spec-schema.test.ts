import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { JSONSchema } from 'zod/v4/core';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { checkedSpec, specJsonSchema } from '../../src/doe/spec/spec-schema.js';
import { specIn } from '../../src/doe/spec/spec-text.js';

const SPECS = 'fixtures/specs';

function problemOf(value: unknown): string {
  try {
    checkedSpec(value);
  } catch (error) {
    if (error instanceof DesignProblem) return `${error.problem} | ${error.remedy}`;
    throw error;
  }
  return 'none';
}

describe('a spec with a mistake', () => {
  it.each([
    [{ desgin: 'lhs' }, 'desgin is no key of a spec. | Did you mean design?'],
    [{ blocks: [{}, { desgin: 'lhs' }] }, 'blocks[1].desgin is no key of a block. | Did you mean design?'],
    [
      { blocks: [{ seed: 1 }] },
      'blocks[0].seed is no key of a block. | Put seed at the top, where it is for all blocks.',
    ],
    [{ blocks: [3] }, 'blocks[0] is 3. | Give keys, such as design: lhs.'],
    [{ factors: { lr: { space: 1, wen: 'a' } } }, 'factors.lr.wen is no key of a factor. | Did you mean when?'],
    [{ factors: { lr: { spaec: 1 } } }, 'factors.lr.spaec is no key of a factor. | Did you mean space?'],
    [{ factors: { 'model.lr': { space: 1, when: 2 } } }, 'factors["model.lr"].when is 2. | Give a condition'],
    [{ factors: { lr: null } }, 'factors.lr is empty. | Give it values'],
    [{ factors: { lr: [] } }, 'factors.lr is an empty list. | Give it values'],
    [{ factors: { lr: [1, [2]] } }, 'factors.lr[1] is a list. | Give a text, a number, true or false.'],
    [{ factors: { lr: [['--a'], 2] } }, 'factors.lr[1] is 2. | Give a list of arguments, as the others are.'],
    [{ factors: { lr: NaN } }, 'factors.lr is NaN. | Give it values'],
    [
      { order: 'balance' },
      'order is "balance". | Did you mean balanced? It is one of as-given, shuffled, balanced.',
    ],
    [
      { factors: { lr: { space: 1, as: 'optoin' } } },
      'factors.lr.as is "optoin". | Did you mean option? It is one of option, equals, bare, positional.',
    ],
    [{ blocks: [{ design: 'lsh' }] }, 'blocks[0].design: There is no design "lsh". | Did you mean lhs?'],
    [
      { design: 'lhs:centered' },
      'design: The design lhs has no variant "centered". | Did you mean lhs:centred?',
    ],
    [{ design: 'grid' }, 'There is no design "grid". | Did you mean factorial?'],
    [{ design: 'sobol:x' }, 'design: The design sobol has no variants. | Write just sobol.'],
    [{ design: 'fractional: ' }, 'design: After fractional: a resolution or generators are missing.'],
    [{ design: 'constructor' }, 'design: There is no design "constructor". | The designs are factorial'],
    [{ runs: 0 }, 'runs is 0. | Give a whole number, 1 or more.'],
    [{ runs: '64+' }, 'runs is "64+".'],
    [{ seed: 1.5 }, 'seed is 1.5. | Give a whole number, 0 or more, of at most 15 digits.'],
    [{ seed: 1e15 }, 'seed is 1000000000000000.'],
    [{ centers: -1 }, 'centers is -1. | Give a whole number, 0 or more.'],
    [{ repeat: '3' }, 'repeat is "3". | Give a whole number, 1 or more, or a factor'],
    [{ scramble: 'no' }, 'scramble is "no". | Give true or false.'],
    [{ where: ['a < 1', 2] }, 'where[1] is 2. | Give a condition'],
    [{ baseline: { lr: [1] } }, 'baseline.lr is a list. | Give a text, a number, true or false.'],
    [
      { command: ['run', { lr: null }] },
      "command[1] is a map of keys. | Put quotes around text that begins with a brace: '{lr}'.",
    ],
    [{ command: [] }, 'command is an empty list.'],
    [null, 'The spec is empty. | It has keys: command, factors, design'],
    [[1], 'The spec is a list.'],
    [JSON.parse('{"factors": {"__proto__": 1}}'), 'A factor cannot be named __proto__.'],
  ])('is told where and what: %j', (value, words) => {
    expect(problemOf(value)).toContain(words);
  });

  it('is told all of them, but not more than can be read', () => {
    const two = problemOf({ desgin: 'lhs', runs: -1, factors: { lr: 1 } });
    expect(two.split('\n')).toHaveLength(2);
    const keys = Object.fromEntries(Array.from('abcdefgh', (key) => [key, null]));
    const many = problemOf({ runs: 0, seed: -1, centers: -1, as: 1, order: 1, scramble: 1, ...keys });
    expect(many.split('\n').map((line) => line.split(/[ ,]/)[0])).toEqual([
      'runs',
      'centers',
      'as',
      'seed',
      'scramble',
      'And',
    ]);
    expect(many).toContain('And 2 more.');
  });

  it('is told briefly of what is very long', () => {
    const long = 'x'.repeat(100_000);
    for (const value of [{ [long]: 1 }, { design: long }, { factors: { [long]: null } }, { order: long }])
      expect(problemOf(value).length).toBeLessThan(500);
  });
});

describe('the published JSON Schema', () => {
  const published = JSON.parse(readFileSync('schema/spec.json', 'utf8')) as JSONSchema.JSONSchema;
  const accepts = (value: unknown) => z.fromJSONSchema(published).safeParse(value).success;

  it('is the one that the program checks by: node scripts/schemas.js writes it', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(specJsonSchema())));
  });

  it.each(readdirSync(SPECS))('and the program accept %s', (file) => {
    const text = readFileSync(`${SPECS}/${file}`, 'utf8');
    expect(specIn(text, file)).toEqual(parse(text));
    expect(accepts(parse(text))).toBe(true);
  });

  it.each([
    [{ desgin: 'lhs' }],
    [{ design: 'lsh' }],
    [{ design: 'fractional:' }],
    [{ runs: '64+' }],
    [{ runs: 0.5 }],
    [{ repeat: 'seed' }],
    [{ factors: { lr: [] } }],
    [{ factors: { lr: null } }],
    [{ factors: { lr: { as: 'bare' } } }],
    [{ factors: { lr: { space: 1, whem: 'a' } } }],
    [{ blocks: [{ seed: 1 }] }],
    [{ as: 'baer' }],
  ])('and the program refuse %j', (value) => {
    expect(problemOf(value)).not.toBe('none');
    expect(accepts(value)).toBe(false);
  });

  it('lets a block take a factor out', () => {
    const spec = { command: 'x', factors: { lr: 1 }, blocks: [{ factors: { lr: null } }] };
    expect(accepts(spec)).toBe(true);
    expect(checkedSpec(spec)).toEqual(spec);
  });

  it('names nothing of the machine it was written on', () => {
    expect(JSON.stringify(published).match(/[a-z]+:\/\/[^"]*|\/(?:home|root|work)\//g)).toEqual([
      'http://json-schema.org/draft-07/schema#',
    ]);
  });
});
