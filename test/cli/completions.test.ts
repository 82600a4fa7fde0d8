import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder } from '../support/cli.js';
import { bashOffers, fishOffers, has, Typist, withProgram } from '../support/shells.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = new Folder();
  env = withProgram(folder);
  folder.schedule([['python', 'main.py', '--lr', '0.1'], ['executed', 'echo', 'a b'], ['c']]);
  folder.write('package.json', '{ "name": "x" }');
  folder.write('table.json', '[[1, 2], [3, 4]]');
  mkdirSync(folder.in('my runs'));
  folder.schedule([['x']], 'my runs/first one.json');
  mkdirSync(folder.in('a:b'));
  folder.schedule([['x']], 'a:b/c:d.json');
  mkdirSync(folder.in('exp.json.cooperate'));
  mkdirSync(folder.in('.hidden'));
  folder.write('cooperate.config.json', '{ "profiles": { "laptop": { "hosts": "lap*" }, "night": {} } }');
});
afterEach(() => folder.dispose());

/** What is offered, without descriptions. */
const words = (offers: readonly string[][]) =>
  offers.map((offer) => offer.map((line) => line.replace(/\t.*/, '')));

const shells = {
  bash: (...lines: string[]) => bashOffers(folder, env, ...lines),
  fish: (...lines: string[]) => words(fishOffers(folder, env, ...lines)),
};

async function verbs(): Promise<string[]> {
  const { stdout } = await folder.cooperate('--help');
  const commands = /^Commands:\n((?: .*\n)+)/m.exec(stdout)?.[1] ?? '';
  return [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
}

for (const shell of ['bash', 'fish'] as const) {
  describe.skipIf(!has(shell))(shell, () => {
    const offers = shells[shell];

    test('is offered every verb, and every option of each', async () => {
      const all = await verbs();
      const [first = [], ...options] = offers('cooperate ', ...all.map((verb) => `cooperate ${verb} --`));
      expect(first.toSorted()).toEqual(all.toSorted());
      for (const [i, verb] of all.entries()) {
        if (verb === 'help') continue;
        const { stdout } = await folder.here(verb, '--help');
        const documented = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = '']) => name);
        // Fish adds one with = where a value need not be given.
        const offer = options[i]?.filter((name) => !name.endsWith('='));
        expect(offer?.toSorted(), verb).toEqual([...new Set(documented)].toSorted());
      }
    });

    test("takes the original's spellings for verbs, wherever they stand", () => {
      const [dashes, verb, schedule, later, option] = offers(
        'cooperate --',
        'cooperate ru',
        'cooperate --run e',
        'cooperate --keep-going --jobs 2 --run e',
        'cooperate --one exp.json --en',
      );
      expect(dashes?.toSorted()).toEqual(['--doe', '--help', '--one', '--progress', '--run', '--version']);
      expect(verb).toEqual(['run']);
      expect(schedule).toEqual(['exp.json']);
      expect(later).toEqual(['exp.json']);
      expect(option).toEqual(['--entry']);
    });

    test('knows what an option can be, behind a blank and behind =', () => {
      const [colour, short, joined, profile, folders, nothing] = offers(
        'cooperate run --color ',
        'cooperate doe x.json -d l',
        'cooperate run --profile=n',
        'cooperate run exp.json --profile ',
        'cooperate run --venv my',
        'cooperate run --jobs ',
      );
      expect(colour?.toSorted()).toEqual(['always', 'auto', 'never']);
      expect(short).toEqual(['lhs']);
      expect(joined).toEqual([shell === 'bash' ? 'night' : '--profile=night']);
      expect(profile).toEqual(['laptop', 'night']);
      // Bash looks for folders by itself.
      expect(folders).toEqual(shell === 'bash' ? [] : ['my runs/']);
      expect(nothing).toEqual([]);
    });

    test('is offered what looks like a schedule, and folders, before anything else', () => {
      const [all, inside, quoted, home, other] = offers(
        'cooperate run ',
        'cooperate run my\\ runs/',
        'cooperate run "my runs/f',
        'cooperate run ~/e',
        'cooperate run pack',
      );
      const slash = shell === 'bash' ? '' : '/';
      expect(all).toEqual(['exp.json', `a:b${slash}`, `my runs${slash}`]);
      expect(inside).toEqual(['my runs/first one.json']);
      expect(quoted).toEqual(['my runs/first one.json']);
      expect(home).toEqual(['~/exp.json']);
      expect(other).toEqual(['package.json']);
    });

    test('goes on behind a colon', () => {
      const [path, joined] = offers('cooperate run a:b/c', 'cooperate --run=a:b/');
      // Readline keeps what stands before the last one.
      expect(path).toEqual([shell === 'bash' ? 'b/c:d.json' : 'a:b/c:d.json']);
      expect(joined).toEqual([shell === 'bash' ? 'b/c:d.json' : '--run=a:b/c:d.json']);
    });

    test('is offered entries of the schedule that was named', () => {
      const [one, selection, more, range, without] = offers(
        'cooperate one exp.json --entry ',
        'cooperate requeue exp.json ',
        'cooperate requeue exp.json 0,',
        'cooperate logs my\\ runs/../exp.json 1-',
        'cooperate one --entry ',
      );
      expect(one).toEqual(['0', '1', '2']);
      expect(selection).toEqual(['all', 'last', '0', '1', '2']);
      expect(more).toEqual(['0,1', '0,2']);
      expect(range).toEqual(['1-2']);
      expect(without).toEqual([]);
    });

    test('leaves what stands behind -- to the command there', () => {
      const [before, behind] = offers('cooperate doe exp.json ', 'cooperate doe exp.json -- cooper');
      expect(before).toEqual(['--']);
      expect(behind).toEqual(['cooperate']);
    });

    test('is told nothing, and no error, where the schedule or the settings are broken', () => {
      folder.write('exp.json', '{');
      folder.write('cooperate.config.json', '{ "jobs": ');
      const [entries, profiles, worker] = offers(
        'cooperate one exp.json --entry ',
        'cooperate run --profile ',
        'cooperate stop nowhere.json --worker ',
      );
      expect([entries, profiles, worker]).toEqual([[], [], []]);
    });
  });
}

test.skipIf(!has('fish'))('fish shows what a verb, an option and an entry are', () => {
  const [verb, option, entry] = fishOffers(
    folder,
    env,
    'cooperate ru',
    'cooperate run --keep',
    'cooperate requeue exp.json 0',
  );
  expect(verb).toEqual(['run\twork through the schedule until nothing is pending']);
  expect(option).toEqual(['--keep-going\tgo on after failures, and exit 1 at the end']);
  expect(entry).toEqual(['0\tpending: python main.py --lr 0.1']);
});

describe.skipIf(!hasTmux)('at a terminal', () => {
  let typist: Typist | undefined;
  afterEach(() => typist?.close());

  test('bash completes a path with blanks and a colon, and quotes it', async () => {
    typist = new Typist(folder, env, 'bash');
    await typist.begin();
    await typist.completes('cooperate run ', 'cooperate run', 'exp.json', 'a:b/ ', 'my runs/');
    await typist.completes('cooperate run m', 'cooperate run my\\ runs/');
    await typist.completes('cooperate run my\\ runs/f', 'cooperate run my\\ runs/first\\ one.json');
    await typist.completes('cooperate run "my runs/f', 'cooperate run "my runs/first one.json"');
    await typist.completes('cooperate run a:b/c:', 'cooperate run a:b/c:d.json');
    await typist.completes('cooperate run --color=ne', 'cooperate run --color=never');
    await typist.completes('cooperate run --venv m', 'cooperate run --venv my\\ runs/');
  });

  test.skipIf(!has('zsh'))('zsh completes all of it, with descriptions', async () => {
    typist = new Typist(folder, env, 'zsh');
    await typist.begin();
    await typist.completes('cooperate sta', 'cooperate status');
    await typist.completes('cooperate ', 'cooperate', 'run ', '-- work through the schedule');
    await typist.completes('cooperate --o', 'cooperate --one');
    await typist.completes('cooperate run ', 'cooperate run', 'exp.json', 'a:b/', 'my\\ runs/');
    await typist.completes('cooperate run my\\ runs/f', 'cooperate run my\\ runs/first\\ one.json');
    await typist.completes('cooperate run "my runs/f', 'cooperate run "my runs/first one.json');
    await typist.completes('cooperate --run a:b/c:', 'cooperate --run a:b/c:d.json');
    await typist.completes('cooperate run --kee', 'cooperate run --keep-going');
    await typist.completes('cooperate run --profile=n', 'cooperate run --profile=night');
    await typist.completes('cooperate one exp.json --entry ', 'cooperate one exp.json', '1  -- marked: echo');
    await typist.completes('cooperate requeue exp.json 0,1,', 'cooperate requeue exp.json 0,1,2');
    await typist.completes('cooperate doe exp.json -- cooper', 'cooperate doe exp.json -- cooperate');
  });
});

test('says how to install it in its first lines', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await folder.cooperate('completions', shell);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(0, 9).join('\n')).toMatch(
      new RegExp(`^#.*${shell} completion[^]*cooperate completions ${shell}`, 'm'),
    );
  }
  const { code, stderr } = await folder.cooperate('completions', 'csh');
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
