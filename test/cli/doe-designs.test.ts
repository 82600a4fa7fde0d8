import { describe, expect } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import { sh } from '../support/cli.js';

const sets = (...factors: string[]): string[] => factors.flatMap((factor) => ['--set', factor]);

const LISTED = sets('a=0..8', 'b=lin:0..1:3');
const DRAWN = sets('x=uniform:0..1', 'n=int:1..10');
const FOUR = sets('a=-1,1', 'b=-1,1', 'c=-1,1', 'd=-1,1');

/** What the first of them say when they are run. */
const points = (schedule: string): string[] =>
  (JSON.parse(schedule) as string[][]).map((argv) =>
    argv
      .slice(PRINTS.length)
      .join(' ')
      .replace(/--\w+ /g, ''),
  );
const PRINTS = sh('echo "$@"', 'c');

describe.concurrent('each design makes its points', () => {
  // Also of what is drawn: for a seed it is the same on every platform.
  test.for<[design: string, args: string[], count: number, first: string[]]>([
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
  ])('%s %j', async ([design, args, count, first], { folder }) => {
    const made = await folder.cooperate('doe', 'exp.json', ...args, '--design', design, '--', ...PRINTS);
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(`${count} entries written to`)]);
    const all = points(folder.read('exp.json'));
    expect([all.length, all.slice(0, first.length)]).toEqual([count, first]);
  });

  test.for([
    ['factorial', LISTED],
    ['lhs:maximin', [...DRAWN, '--runs', '40']],
  ] as const)('of %s, a schedule that is worked off as it is', async ([design, args], { folder }) => {
    await folder.cooperate('doe', 'exp.json', ...args, '--design', design, '--', ...PRINTS);
    const all = points(folder.read('exp.json'));
    const { code, stdout } = await folder.cooperate('run', 'exp.json');
    expect([code, stdout.replace(/--\w+ /g, '')]).toEqual([0, all.map((line) => `${line}\n`).join('')]);
    expect(folder.marks()).toBe('x'.repeat(all.length));
  });
});

test.concurrent('a fraction says what it confounds', async ({ folder }) => {
  const { stderr } = await folder.cooperate('doe', 'exp.json', ...FOUR, '--design', 'fractional:IV', '--', 'c');
  expect(stderr).toContain('2^(4-1) fractional factorial: 8 runs, resolution IV');
  expect(stderr).toContain('Defining relation: I = ABCD.');
});

// The points of seed 0 stand above: they are the same each time.
test.concurrent.for(['random', 'lhs:maximin', 'sobol'])(
  'the same seed makes the same bytes of %s in any order, and another one others',
  async (design, { folder }) => {
    const made = ['7', '7', '8'].map(async (seed, i) => {
      const flags = ['--design', design, '--runs', '32', '--seed', seed, '--order', 'shuffled'];
      await folder.cooperate('doe', `${i}.json`, ...DRAWN, ...flags, '--', 'c');
      return folder.read(`${i}.json`);
    });
    const [one, same, other] = await Promise.all(made);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  },
);

describe('1,000,000 combinations', () => {
  test('come out complete, and need less than 500 MB', async ({ folder }) => {
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
