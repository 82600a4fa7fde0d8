import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder } from '../support/cli.js';

const PAGE = fileURLToPath(new URL('../../dist/man/cooperate.1', import.meta.url));

let folder: Folder;
let verbs: string[];
beforeAll(async () => {
  folder = new Folder();
  verbs = verbsIn((await folder.cooperate('--help')).stdout);
});
afterAll(() => folder.dispose());

function verbsIn(help: string): string[] {
  const commands = /^Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? '';
  return [...commands.matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
}

async function help(...verb: string[]): Promise<string> {
  return (await folder.start([...verb, '--help'], { env: { COLUMNS: '80' } }).ended).stdout;
}

describe('--help', () => {
  test('of every verb fits 80 columns, has an example and ends with all exit codes', async () => {
    expect(verbs).toContain('run');
    for (const verb of verbs) {
      const text = await help(verb);
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(text).toMatch(new RegExp(`^Examples:\n(?:  .*\n)*.*cooperate ${verb}`, 'm'));
      expect(text.replaceAll(/^ {2}(\d+) .*$/gm, '$1')).toMatch(
        /\nExit codes:\n0\n1\n2\n3\n129\n130\n138\n143\n$/,
      );
      expect(text).not.toMatch(/\n\n\n/);
    }
  });

  test('of the program fits as well, and leaves no verb without a line', async () => {
    const text = await help();
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const verb of verbs) expect(text).toMatch(new RegExp(`^  ${verb} .*[a-z]`, 'm'));
  });

  test('of run puts its options into groups, those of every command last', async () => {
    const headings = [...(await help('run')).matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    expect(headings.slice(0, 2)).toEqual(['Settings', 'Failures']);
    expect(headings.slice(-3)).toEqual(['Messages', 'Examples', 'Exit codes']);
  });
});

describe('the man page', () => {
  const page = () => readFileSync(PAGE, 'utf8');
  const plain = (text: string) => text.replaceAll(/\\f[BIR]/g, '').replaceAll('\\-', '-');

  test('has a section for every verb, with every option that --help has', async () => {
    for (const verb of verbs) {
      const section = plain(page())
        .split(`.SS "cooperate ${verb} `)[1]
        ?.split(/^\.S[SH] /m)[0];
      expect(section, verb).toBeDefined();
      const options = [...(await help(verb)).matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(
        ([, name = '']) => name,
      );
      const everywhere = ['--color', '--debug', '--help'];
      for (const name of options.filter((name) => !everywhere.includes(name)))
        expect(section).toMatch(new RegExp(`^(?:-\\w, )?${name}(?: |$)`, 'm'));
      expect(section).toContain(
        `cooperate ${verb} exp.json`.replace(/^(cooperate (?:config|completions)).*/, '$1'),
      );
    }
  });

  test('tells the exit codes once', () => {
    expect(page().match(/^\.B 129$/gm)).toHaveLength(1);
    expect(page()).not.toContain('Exit codes');
  });

  test('is where package.json says', () => {
    const { man } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      man: string;
    };
    expect(existsSync(fileURLToPath(new URL(`../../${man}`, import.meta.url)))).toBe(true);
  });

  const checks: [string, string[]][] = [
    ['mandoc', ['-T', 'lint']],
    ['groff', ['-man', '-ww', '-z']],
  ];
  for (const [program, args] of checks) {
    const isThere = !spawnSync(program, ['--version']).error;
    test.skipIf(!isThere)(`gives ${program} nothing to complain about`, () => {
      const { stdout, stderr, status } = spawnSync(program, [...args, PAGE], { encoding: 'utf8' });
      expect([stdout, stderr, status]).toEqual(['', '', 0]);
    });
  }
});
