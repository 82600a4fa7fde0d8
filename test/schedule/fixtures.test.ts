import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scan } from '../../src/schedule/scan.js';
import { makeStrict } from '../../src/schedule/strict.js';
import { argvs } from './outcome.js';
import { parsed } from './spelling.js';

const FOLDER = new URL('../../fixtures/schedules/', import.meta.url);
const NAMES = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));

const LOADED = [
  ['python', 'main.py', '--lr', '0.1'],
  ['python', 'main.py', '--lr', '0.01'],
  ['python', 'main.py', '--lr', '0.1'],
];

describe('schedules that people have', () => {
  it.each(NAMES)('%s loads', async (name) => {
    const text = scan(await readFile(new URL(name, FOLDER)));
    expect(argvs(text)).toEqual(LOADED);
    expect(Array.from(text.marked)).toEqual([1, 0, 0]);
    expect(Array.from(text.group)).toEqual([0, 1, 0]);
    expect(parsed(makeStrict(text))).toHaveLength(3);
  });
});
