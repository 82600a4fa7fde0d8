import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { JSONSchema } from 'zod/v4/core';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.js';
import { settingsJsonSchema } from '../../src/settings/settings-schema.js';
import { settingsIn } from '../../src/settings/settings-text.js';
import { runOptions } from '../../src/cli/program-run.js';
import { Command } from 'commander';

const PATH = '/p/cooperate.config.json';
const read = (text: string) => settingsIn(Buffer.from(text), PATH);

/** What the user is told, without the path that every line begins with. */
function toldOf(bytes: string | Buffer): string {
  try {
    settingsIn(Buffer.from(bytes), PATH);
  } catch (error) {
    if (!(error instanceof Failure) || error.detail.reason !== 'usage') throw error;
    const { problem, remedy } = error.detail;
    expect(problem).toContain(PATH);
    expect(`${problem}\n${remedy}`.split('\n').length).toBeLessThanOrEqual(3);
    return `${problem.replaceAll(new RegExp(`${PATH}:? ?`, 'g'), '')}\n${remedy}`;
  }
  return 'nothing';
}

describe('settings with a mistake', () => {
  it.each([
    [{ profiles: { laptop: { gpu: 1 } } }, 'profiles.laptop.gpu is no setting.\nDid you mean gpus?'],
    [{ job: 1 }, 'job is no setting.\nDid you mean jobs?'],
    [{ 'per-gpu': 1 }, 'per-gpu is no setting.\nDid you mean perGpu?'],
    [{ '--keep-going': true }, '--keep-going is no setting.\nDid you mean keepGoing?'],
    [{ time_limit: '1h' }, 'time_limit is no setting.\nDid you mean timeLimit?'],
    [{ j: 1 }, 'j is no setting.\nDid you mean jobs?'],
    [{ profile: {} }, 'profile is no setting.\nDid you mean profiles?'],
    [{ colour: 1 }, 'colour is no setting.\nThe settings are jobs, gpus, '],
    [{ hosts: 'a' }, 'hosts is no setting.\nPut hosts into one of the profiles.'],
    [{ profiles: { a: { host: 'a' } } }, 'profiles.a.host is no setting.\nDid you mean hosts?'],
    [{ profiles: { a: { profiles: {} } } }, 'profiles.a.profiles is no setting.\nPut profiles at the top'],
    [{ profiles: { '2x': {} } }, 'profiles.2x is no name for a profile.\nBegin it with a letter'],
    [{ profiles: { a: 1 } }, 'profiles.a is 1.\nGive it settings'],
    [{ profiles: [] }, 'profiles is an empty list.\nGive names with settings for each'],
    [{ profiles: { a: { hosts: [] } } }, 'profiles.a.hosts is an empty list.\nGive the name of a host'],
    [{ profiles: { a: { hosts: null } } }, 'profiles.a.hosts is empty.'],
    [{ jobs: 0 }, 'jobs is 0.\nGive a whole number, 1 or more.'],
    [{ jobs: '4' }, 'jobs is "4".\nGive a whole number, 1 or more.'],
    [{ gpus: 0 }, 'gpus is 0.\nGive "all", how many, or a list such as "0,2".'],
    [{ gpus: [0, 2] }, 'gpus is a list.\nGive "all"'],
    [{ nice: 20 }, 'nice is 20.\nGive a whole number from 0 to 19.'],
    [{ timeout: 90 }, 'timeout is 90.\nWrite it like "90s"'],
    [{ timeout: '90 m' }, 'timeout is "90 m".'],
    [{ timeout: '0s' }, 'timeout is "0s".'],
    [{ timeout: '0.0001s' }, 'timeout is "0.0001s".'],
    [{ expect: '' }, 'expect is "".'],
    [{ keepGoing: 'yes' }, 'keepGoing is "yes".\nGive true or false.'],
    [{ venv: ' ' }, 'venv is " ".\nGive the folder'],
    [{ venv: 'a\0b' }, 'venv is "a\\u0000b".'],
    [{ setup: ['a', 1] }, 'setup[1] is 1.\nGive a shell command, or a list of them.'],
    [{ hours: '8:00-8:00' }, 'hours is "8:00-8:00".\nIt ends when it begins; the whole day is 00:00-24:00.'],
    [{ hours: ['Sat', 'Sum'] }, 'hours[1] is "Sum".\nSum is no day'],
    [{ hours: 8 }, 'hours is 8.\nWrite them like "20:00-08:00"'],
    [
      { keepGoing: true, maxFailures: 3 },
      'keepGoing and maxFailures do not go together.\nTake one of them out.',
    ],
    [
      { profiles: { a: { inherit: true, jobs: 2 } } },
      'profiles.a.inherit and profiles.a.jobs do not go together.',
    ],
    [{ $schema: 1 }, '$schema is 1.\nGive the path of a JSON Schema'],
    [[], 'Settings are an empty list here.\nWrite them like {"jobs": 4}.'],
    [null, 'Settings are empty here.'],
  ])('%j', (value, words) => expect(toldOf(JSON.stringify(value))).toContain(words));

  it('that is a name of JavaScript is found like any other', () => {
    expect(toldOf('{"constructor": 1}')).toContain('constructor is no setting.');
    expect(toldOf('{"__proto__": {"jobs": 1}}')).toContain('__proto__ is no setting.');
    expect(toldOf('{"profiles": {"__proto__": {"jobs": 1}}}')).toContain('__proto__ is no name for a profile.');
  });

  it('more than one are told in three lines', () => {
    expect(toldOf('{"jobs": 0, "gpu": 1}')).toBe(
      'jobs is 0. Give a whole number, 1 or more.\ngpu is no setting. Did you mean gpus?\nCorrect these.',
    );
    expect(toldOf('{"jobs": 0, "nice": -1, "wait": 1, "retries": -1}')).toMatch(
      /\nThere are 2 more after these\.$/,
    );
  });

  it('cannot command the terminal, and is told briefly', () => {
    const told = toldOf(JSON.stringify({ 'a\u001b[2Jb\u202e': 1 }));
    expect(['\u001b', '\u202e'].filter((character) => told.includes(character))).toEqual([]);
    expect(toldOf(JSON.stringify({ ['x'.repeat(9999)]: 'y'.repeat(9999) })).length).toBeLessThan(700);
  });
});

describe('a file that cannot be read as settings', () => {
  it('is told its line and column, and shown the place', () => {
    expect(toldOf('{\n  "jobs" 4\n}')).toBe(
      '2:10: a colon should stand here.\n  "jobs" 4\n         ^ Put text in double quotes.',
    );
    expect(toldOf('{"a": 1 "b": 2}')).toContain('1:9: a comma or the closing } should stand here.');
    expect(toldOf('{"a": 1,\n "a": 2}')).toContain('2:2: the key "a" stands there twice.');
    expect(toldOf('{"ä": é}')).toContain('1:7: a value should stand here.');
    expect(toldOf('{"jobs": 4')).toContain('1:11: the text ends where');
  });

  it.each([
    ['{ # no\n}', 'A comment begins with // here.'],
    ['{ /* no\n}', 'This comment is never closed'],
    ['{,}', 'a key in double quotes should stand here'],
    ['{"hours": [,]}', 'a value should stand here'],
    ['{"hours": ["Sat",,]}', 'a value should stand here'],
    ['{"jobs":,}', 'a value should stand here'],
    ['', 'is empty.\nWrite {} into it'],
    [' \n', 'is empty.\nWrite {} into it'],
  ])('%j', (text, words) => expect(toldOf(text)).toContain(words));

  it('because it is no text of a reasonable size is told so', () => {
    expect(toldOf(Buffer.from([0x7b, 0xff, 0x7d]))).toContain('is not UTF-8 text.');
    expect(toldOf(Buffer.alloc(2 ** 20 + 1, 0x20))).toContain('is too large');
  });
});

describe('comments and trailing commas', () => {
  it('may stand where a person puts them', () => {
    expect(
      read('// a\n{ /* b\n "jobs": 1, */ "jobs": 2, // c\n "hours": ["Sat", "Sun" /* d */ , ], \r\n}\n// e'),
    ).toEqual({ jobs: 2, hours: ['Sat', 'Sun'] });
  });

  it('are no such thing within text', () => {
    const text = '{"onFinish": "curl http://x/ /* \\" // ,] ,}", "setup": "a,]"}';
    expect(read(text)).toEqual({ onFinish: 'curl http://x/ /* " // ,] ,}', setup: 'a,]' });
  });

  it('move nothing: a mistake behind them has its own place', () => {
    expect(toldOf('/* ä\n */ {"jobs": 1, /* b */ x}')).toContain(
      '2:25: a key in double quotes should stand here.',
    );
  });

  it('of great length are read all the same', () => {
    const long = `{"onFinish": "${'a\\n'.repeat(100_000)}", /*${'*'.repeat(200_000)}*/ "jobs": 1,${' '.repeat(200_000)}}`;
    expect(read(long)).toMatchObject({ jobs: 1 });
  });

  it('come after a byte order mark too', () => {
    expect(read('\uFEFF{"jobs": 1}')).toEqual({ jobs: 1 });
  });
});

describe('the published JSON Schema', () => {
  const published = JSON.parse(readFileSync('schema/config.json', 'utf8')) as JSONSchema.JSONSchema & {
    properties: Record<string, { description?: string }>;
  };
  const accepts = (value: unknown) => z.fromJSONSchema(published).safeParse(value).success;

  it('is the one that the program checks by: node scripts/schemas.js writes it', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(settingsJsonSchema())));
  });

  it('describes every setting', () => {
    const bare = Object.entries(published.properties).filter(([, { description }]) => !description);
    expect(bare.map(([key]) => key)).toEqual(['$schema']);
  });

  it.each(readdirSync('fixtures/settings'))('and the program accept %s', (file) => {
    expect(accepts(settingsIn(readFileSync(`fixtures/settings/${file}`), file))).toBe(true);
  });

  it.each([
    [{ gpu: 1 }],
    [{ jobs: 0 }],
    [{ jobs: 1.5 }],
    [{ timeout: '90' }],
    [{ timeout: '0s' }],
    [{ hours: 'at 8' }],
    [{ hours: [] }],
    [{ hosts: 'a' }],
    [{ venv: '' }],
    [{ profiles: { '1': {} } }],
    [{ profiles: { a: { gpu: 1 } } }],
    [{ profiles: { a: { profiles: {} } } }],
  ])('and the program refuse %j', (value) => {
    expect(toldOf(JSON.stringify(value))).not.toBe('nothing');
    expect(accepts(value)).toBe(false);
  });

  it('lets any setting be taken away', () => {
    const keys = Object.keys(published.properties).filter((key) => !/^(\$schema|profiles)$/.test(key));
    const nothing = Object.fromEntries(keys.map((key) => [key, null]));
    expect(accepts(nothing)).toBe(true);
    expect(read(JSON.stringify(nothing))).toEqual(nothing);
  });

  it('names nothing of the machine it was written on', () => {
    expect(JSON.stringify(published).match(/[a-z]+:\/\/[^"]*|\/(?:home|root|work)\//g)).toEqual([
      'http://json-schema.org/draft-07/schema#',
    ]);
  });

  it('has every option of run that takes effect on how it runs', () => {
    const NOT_SETTINGS = ['profile', 'config', 'json'];
    const options = runOptions(new Command()).options.map((option) => option.attributeName());
    const missing = options.filter((name) => !(name in published.properties) && !NOT_SETTINGS.includes(name));
    expect(missing).toEqual([]);
  });
});
