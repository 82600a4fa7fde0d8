import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, sh } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const doe = (...args: string[]) => folder.cooperate('doe', 'exp.json', ...args);
const sets = (...factors: string[]): string[] => factors.flatMap((factor) => ['--set', factor]);

/** `--a 0 --b 1` -> `0 1` */
const points = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/--\w+ /g, ''));

const LISTED = sets('a=0..8', 'b=lin:0..1:3');
const DRAWN = sets('x=uniform:0..1', 'n=int:1..10');
const FOUR = sets('a=-1,1', 'b=-1,1', 'c=-1,1', 'd=-1,1');

describe('each design makes its points, a schedule that is worked off as it is:', () => {
  // Also of what is drawn: for a seed it is the same on every platform.
  test.each<[design: string, args: string[], count: number, first: string[]]>([
    ['factorial', LISTED, 27, ['0 0', '0 0.5', '0 1', '1 0']],
    ['random', [...LISTED, '--runs', '5'], 5, ['6 1', '8 1', '0 1']],
    ['zip', sets('a=1..3', 'b=x,y,z', 's=q'), 3, ['1 x q', '2 y q', '3 z q']],
    ['oat', [...LISTED, '--baseline', 'b=0.5'], 11, ['0 0.5', '1 0.5', '2 0.5']],
    ['lhs', [...DRAWN, '--runs', '4'], 4, ['0.29538 8', '0.557527 5', '0.896914 2']],
    ['lhs:centred', [...DRAWN, '--runs', '4'], 4, ['0.375 9', '0.625 4', '0.875 2']],
    ['lhs:maximin', [...DRAWN, '--runs', '4'], 4, ['0.375 9', '0.625 2', '0.875 7']],
    ['sobol', [...DRAWN, '--runs', '8'], 8, ['0.117322 4', '0.594741 9', '0.779109 3']],
    ['sobol', [...DRAWN, '--runs', '8', '--no-scramble'], 8, ['0 1', '0.5 6', '0.75 3', '0.25 8']],
    ['halton', [...DRAWN, '--runs', '8'], 8, ['0.148501 9', '0.648501 2', '0.398501 5']],
    ['halton', [...DRAWN, '--runs', '8', '--no-scramble'], 8, ['0 1', '0.5 4', '0.25 7', '0.75 2']],
    ['fractional', FOUR, 8, ['-1 -1 -1 -1', '1 -1 -1 1', '-1 1 -1 1', '1 1 -1 -1']],
    ['fractional:D=AB', FOUR, 8, ['-1 -1 -1 1', '1 -1 -1 -1', '-1 1 -1 -1', '1 1 -1 1']],
    ['plackett-burman', [...FOUR, ...sets('e=-1,1')], 8, ['1 1 1 -1 1', '-1 1 1 1 -1']],
    ['ccd', LISTED, 9, ['0 0', '8 0', '0 1', '8 1', '0 0.5']],
    ['ccd:circumscribed', [...sets('a=uniform:0..8', 'b=lin:0..1:2'), '--centers', '3'], 11, ['0 0', '8 0']],
    ['box-behnken', [...LISTED, ...sets('z=1,2,3')], 13, ['0 0 2', '8 0 2', '0 1 2', '8 1 2', '0 0.5 1']],
  ])('%s %j', async (design, args, count, first) => {
    const made = await doe(...args, '--design', design, '--', ...sh('echo "$@"', 'c'));
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(`${count} entries written to`)]);
    const { code, stdout } = await folder.cooperate('run', 'exp.json');
    const ran = points(stdout.trimEnd().split('\n'));
    expect([code, ran.length, ran.slice(0, first.length)]).toEqual([0, count, first]);
    expect(folder.marks()).toBe('x'.repeat(count));
  });
});

test('a fraction says what it confounds', async () => {
  const { stderr } = await doe(...FOUR, '--design', 'fractional:IV', '--', 'c');
  expect(stderr).toContain('2^(4-1) fractional factorial: 8 runs, resolution IV');
  expect(stderr).toContain('Defining relation: I = ABCD.');
});

test('the same seed makes the same bytes, and another one others', async () => {
  for (const design of ['random', 'lhs', 'lhs:maximin', 'sobol', 'halton']) {
    const made = await Promise.all(
      ['7', '7', '8'].map(async (seed, i) => {
        const name = `${design.replace(':', '-')}-${i}.json`;
        const flags = ['--design', design, '--runs', '32', '--seed', seed, '--order', 'shuffled'];
        await folder.cooperate('doe', name, ...DRAWN, ...flags, '--', 'c');
        return folder.read(name);
      }),
    );
    expect(made[0]).toBe(made[1]);
    expect(made[0]).not.toBe(made[2]);
  }
});

describe('1,000,000 combinations', () => {
  test('come out complete, and need less than 500 MB', async () => {
    const hook = folder.write(
      'usage.mjs',
      `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync('usage', String(process.resourceUsage().maxRSS)));`,
    );
    const args = [...sets('a=1..100', 'b=1..100', 'c=1..100'), '--yes', '--', 'python', 'main.py'];
    const program = folder.start(['doe', 'exp.json', ...args], { env: { NODE_OPTIONS: `--import ${hook}` } });
    expect((await program.ended).code).toBe(0);
    expect(Number(folder.read('usage'))).toBeLessThan(500 * 1024);
    const lines = folder.read('exp.json').split('\n');
    expect([lines[0], lines.slice(-2)]).toEqual(['[', [']', '']]);
    // Neither one too many nor one twice: each stands where it belongs.
    const wrong = lines.slice(1, -2).filter((line, i) => {
      const [a, b, c] = [Math.floor(i / 10_000), Math.floor(i / 100) % 100, i % 100].map((level) => level + 1);
      const comma = i === 999_999 ? '' : ',';
      return line !== `  ["python", "main.py", "--a", "${a}", "--b", "${b}", "--c", "${c}"]${comma}`;
    });
    expect([lines.length, wrong]).toEqual([1_000_003, []]);
  });
});
