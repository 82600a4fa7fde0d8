import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.js';
import { settingsFor } from '../../src/settings/settings-merge.js';
import type { SettingsFileValue } from '../../src/settings/settings-schema.js';

const USER = '/home/ann/.config/cooperate/config.json';
const PROJECT = '/p/cooperate.config.json';

function settings(
  user: SettingsFileValue,
  project: SettingsFileValue,
  { host = 'desk', profiles = [] }: { host?: string; profiles?: readonly string[] } = {},
) {
  const files = [
    { path: USER, value: user },
    { path: PROJECT, value: project },
  ];
  const { values, sources, profiles: used } = settingsFor(files, host, profiles);
  return {
    values,
    sources: Object.fromEntries(sources),
    used: used.map(({ profile, why }) => `${profile}: ${why}`),
  };
}

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'usage')
      return `${error.detail.problem} ${error.detail.remedy}`;
    throw error;
  }
  return 'none';
}

describe('settings from several places', () => {
  it('are joined key by key, the nearer file wins', () => {
    const { values, sources } = settings({ jobs: 1, nice: 5 }, { jobs: 4, wait: true });
    expect(values).toEqual({ jobs: 4, nice: 5, wait: true });
    expect(sources).toEqual({ jobs: { path: PROJECT }, nice: { path: USER }, wait: { path: PROJECT } });
  });

  it('are those of no file where there is none', () => {
    expect(settingsFor([], 'desk', [])).toEqual({ values: {}, sources: new Map(), profiles: [] });
  });

  it('may be taken away by the nearer one', () => {
    const { values, sources } = settings({ jobs: 1, nice: 5 }, { jobs: null });
    expect(values).toEqual({ nice: 5 });
    expect(Object.keys(sources)).toEqual(['nice']);
  });

  it('lists are replaced, not joined', () => {
    expect(settings({ module: ['a', 'b'] }, { module: 'c' }).values).toEqual({ module: 'c' });
  });
});

describe('a profile', () => {
  const laptop = { hosts: 'laptop*', jobs: 1 };

  it('applies by itself on a host that it names', () => {
    const project = { jobs: 4, profiles: { laptop } };
    expect(settings({}, project).values).toEqual({ jobs: 4 });
    const there = settings({}, project, { host: 'laptop-of-ann' });
    expect(there.values).toEqual({ jobs: 1 });
    expect(there.sources).toEqual({ jobs: { path: PROJECT, profile: 'laptop' } });
    expect(there.used).toEqual(['laptop: host']);
  });

  it("of the user's wins over what a project says for all hosts", () => {
    expect(settings({ profiles: { laptop } }, { jobs: 4 }, { host: 'laptop' }).values).toEqual({ jobs: 1 });
  });

  it('that stands later wins over one that stands before it, and the nearer file over the other', () => {
    const all = { hosts: '*', jobs: 2, nice: 2 };
    expect(settings({}, { profiles: { laptop, all } }, { host: 'laptop' }).values).toEqual({
      jobs: 2,
      nice: 2,
    });
    expect(settings({ profiles: { all } }, { profiles: { laptop } }, { host: 'laptop' }).values).toEqual({
      jobs: 1,
      nice: 2,
    });
  });

  it('that is asked for wins over those of the host, the last one over the others', () => {
    const project = { profiles: { one: { jobs: 10, nice: 1 }, two: { jobs: 20 }, laptop } };
    const ask = (...profiles: string[]) => settings({}, project, { host: 'laptop', profiles });
    expect(ask('one').values).toEqual({ jobs: 10, nice: 1 });
    expect(ask('one', 'two').values).toEqual({ jobs: 20, nice: 1 });
    expect(ask('two', 'one').values).toEqual({ jobs: 10, nice: 1 });
    expect(ask('one', 'laptop').values).toEqual({ jobs: 1, nice: 1 });
    expect(ask('two').used).toEqual(['laptop: host', 'two: named', 'one: none']);
  });

  it('that is asked for needs no host that it names', () => {
    expect(settings({}, { profiles: { laptop } }, { profiles: ['laptop'] }).values).toEqual({ jobs: 1 });
  });

  it('of one name in both files is both', () => {
    const { values } = settings(
      { profiles: { big: { jobs: 8, nice: 1 } } },
      { profiles: { big: { jobs: 16 } } },
      { profiles: ['big'] },
    );
    expect(values).toEqual({ jobs: 16, nice: 1 });
  });

  it('that does not exist is told with what was meant', () => {
    const ask = (name: string, project: SettingsFileValue) =>
      problemOf(() => settings({}, project, { profiles: [name] }));
    const project = { profiles: { laptop, cluster: {} } };
    expect(ask('labtop', project)).toBe('There is no profile "labtop". Did you mean laptop?');
    expect(ask('x', project)).toBe('There is no profile "x". The profiles are laptop, cluster.');
    expect(ask('x', {})).toContain('There is no profile "x". Profiles stand in cooperate.config.json');
    expect(ask('constructor', project)).toContain('There is no profile "constructor".');
  });
});

describe('of settings that exclude each other the last one counts', () => {
  it.each([
    [{ keepGoing: true }, { maxFailures: 3 }, { maxFailures: 3 }],
    [{ maxFailures: 3 }, { keepGoing: true }, { keepGoing: true }],
    [{ keepGoing: false }, { maxFailures: 3 }, { maxFailures: 3 }],
    [{ maxFailures: 3 }, { keepGoing: false }, { keepGoing: false, maxFailures: 3 }],
    [{ maxFailures: 3 }, { keepGoing: null }, { maxFailures: 3 }],
    [{ retries: 3 }, { persistent: true }, { persistent: true }],
    [{ jobs: 3 }, { inherit: true }, { inherit: true }],
    [{ persistent: true }, { inherit: true }, { inherit: true }],
    [{ venv: '/a' }, { conda: 'b' }, { conda: 'b' }],
    [{ venv: '/a', conda: 'b' }, { pipenv: true }, { pipenv: true }],
    [{ poetry: true }, { venv: '/a', conda: 'b' }, { venv: '/a', conda: 'b' }],
    [{ perGpu: 2 }, { gpusPerRun: 2 }, { gpusPerRun: 2 }],
  ])('%j, then %j', (first, second, values) => {
    const result = settings(first, second);
    expect(result.values).toEqual(values);
    expect(Object.keys(result.sources).sort()).toEqual(Object.keys(values).sort());
  });
});
