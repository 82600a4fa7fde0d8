import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectReadable, Folder, leavesItsName, sh } from '../support/cli.js';

const SETTINGS = 'cooperate.config.json';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  mkdirSync(folder.in('.config/cooperate'), { recursive: true });
});
afterEach(() => folder.dispose());

/** With the user's own settings in this folder too. */
function start(...args: string[]) {
  return folder.start(args, { env: { XDG_CONFIG_HOME: folder.in('.config') } }).ended;
}

function settings(value: unknown, name = SETTINGS): void {
  folder.write(name, JSON.stringify(value));
}

describe('cooperate config', () => {
  test('shows one line a setting: what applies here, and from where', async () => {
    settings({ nice: 5, jobs: 9 }, '.config/cooperate/config.json');
    settings({
      jobs: 4,
      hours: ['Sat,Sun'],
      profiles: { here: { hosts: '*', timeout: '90m' }, big: { jobs: 64 } },
    });
    const { code, stdout, stderr } = await start('config');
    expect(code).toBe(0);
    expect(stdout.replaceAll(folder.path, '~').split('\n')).toEqual([
      'nice = 5              (~/.config/cooperate/config.json)',
      'jobs = 4              (~/cooperate.config.json)',
      'hours = ["Sat,Sun"]   (~/cooperate.config.json)',
      'timeout = 90m         (profile here in ~/cooperate.config.json)',
      '',
    ]);
    expect(stderr).toBe(
      `cooperate: the profile big does not apply on ${hostname()}; --profile NAME has one apply.\n`,
    );
    const big = await start('config', '--profile', 'big');
    expect(big.stdout).toMatch(/^jobs = 64 +\(profile big in /m);
    expect(big.stderr).toBe('');
  });

  test('--json is one value', async () => {
    settings({ jobs: 4, profiles: { big: { jobs: 64, venv: 'v' }, small: {} } });
    const path = folder.in(SETTINGS);
    const { stdout, stderr } = await start('config', '--json', '--profile', 'big');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      host: hostname(),
      files: [path],
      values: { jobs: 64, venv: folder.in('v') },
      sources: { jobs: { path, profile: 'big' }, venv: { path, profile: 'big' } },
      profiles: [
        { path, profile: 'big', why: 'named' },
        { path, profile: 'small', why: 'none' },
      ],
    });
  });

  test('says where settings would be', async () => {
    const { code, stdout, stderr } = await start('config');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(
      `cooperate: there is no cooperate.config.json here or above, and no ${folder.in('.config/cooperate/config.json')}.\n`,
    );
  });

  test('tells a mistake with its file and its place', async () => {
    folder.write(SETTINGS, '{\n  "profiles": { "laptop": { "gpu": 1 } } // mine\n}');
    const unknown = await start('config');
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toBe(
      `cooperate: ${folder.in(SETTINGS)}: profiles.laptop.gpu is no setting.\nDid you mean gpus?\n`,
    );
    folder.write(SETTINGS, '{\n  "jobs": 4\n  "nice": 5\n}');
    const broken = await start('config');
    expect(broken.stderr).toContain(`${folder.in(SETTINGS)}:3:3: a comma or the closing } should stand here.`);
    expectReadable(broken.stderr);
    const value = JSON.parse((await start('config', '--json')).stdout) as { error: { reason: string } };
    expect(value.error.reason).toBe('usage');
  });
});

describe('cooperate run', () => {
  /** Two entries that each wait for the other: they end only when run at the same time. */
  const meeting = ['a', 'b'].map((name) => {
    const other = name === 'a' ? 'b' : 'a';
    const script = `touch ${name}; n=0; until [ -e ${other} ]; do n=$((n+1)); [ $n -lt 60 ] || exit 1; sleep 0.05; done`;
    return sh(script, name);
  });

  test('takes from the settings what the command line does not say', async () => {
    folder.schedule(meeting);
    settings({ jobs: 2 });
    expect((await start('run', 'exp.json')).code).toBe(0);
  });

  test('takes what the command line says, and nothing else with --no-config', async () => {
    const entries = ['a', 'b', 'c'].map((name) => leavesItsName(name, 'exit 1'));
    settings({ keepGoing: true });
    folder.schedule(entries);
    expect((await start('run', 'exp.json', '--max-failures', '2')).code).toBe(1);
    expect(folder.lines('ran')).toEqual(['a', 'b']);
    folder.schedule(entries, 'again.json');
    expect((await start('run', 'again.json', '--no-config')).code).toBe(1);
    expect(folder.lines('ran')).toEqual(['a', 'b', 'a']);
    folder.schedule(entries, 'all.json');
    await start('--run', 'all.json');
    expect(folder.lines('ran').slice(3)).toEqual(['a', 'b', 'c']);
  });

  test('takes the profiles that are asked for, in any spelling', async () => {
    settings({ profiles: { all: { keepGoing: true }, one: { maxFailures: 1 } } });
    const entries = ['a', 'b'].map((name) => leavesItsName(name, 'exit 1'));
    folder.schedule(entries);
    await start('--profile', 'one', '--profile', 'all', '--run', 'exp.json');
    expect(folder.lines('ran')).toEqual(['a', 'b']);
    folder.schedule(entries, 'again.json');
    await start('run', 'again.json', '--profile', 'all', '--profile', 'one');
    expect(folder.lines('ran')).toEqual(['a', 'b', 'a']);
  });

  test('with settings that have a mistake runs nothing', async () => {
    folder.schedule([leavesItsName('a')]);
    settings({ timeout: 90 });
    const { code, stderr } = await start('run', 'exp.json');
    expect(code).toBe(2);
    expect(stderr).toBe(
      `cooperate: ${folder.in(SETTINGS)}: timeout is 90.\nWrite it like "90s", "15m" or "1h30m".\n`,
    );
    expect(folder.marks()).toBe('.');
    expect(folder.names()).toEqual(['.config', SETTINGS, 'exp.json']);
    expect((await start('run', 'exp.json', '--profile', 'x', '--no-config')).code).toBe(0);
  });

  test('with a profile that nobody has runs nothing', async () => {
    folder.schedule([leavesItsName('a')]);
    const { code, stderr } = await start('run', 'exp.json', '--profile', 'x');
    expect([code, folder.marks()]).toEqual([2, '.']);
    expect(stderr).toContain('There is no profile "x".');
    expectReadable(stderr);
  });
});
