import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, leavesItsName, sh, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const FINISH = 'echo "$COOPERATE_EVENT [$COOPERATE_COMPLETED]" >> told';

describe('a hook', () => {
  test('runs in the locale of the user and in what the set-up has made', async () => {
    folder.schedule([['false']]);
    const setup =
      'mkdir bin; printf "#!/bin/sh\\necho mine" > bin/notify; chmod +x bin/notify; PATH=$PWD/bin:$PATH';
    const says = 'echo "$LC_ALL $LANG $(notify)" >> told';
    const { code } = await folder.start(
      ['run', 'exp.json', '--setup', setup, '--on-failure', says, '--on-finish', says],
      { env: { LC_ALL: 'C.UTF-8', LANG: 'de_DE.UTF-8' } },
    ).ended;
    expect([code, folder.lines('told')]).toEqual([1, ['C.UTF-8 de_DE.UTF-8 mine', 'C.UTF-8 de_DE.UTF-8 mine']]);
  });

  test('that fails is told, with its last words', async () => {
    folder.schedule([['false']]);
    const { stderr } = await folder.cooperate('run', 'exp.json', '--on-failure', 'echo no mail >&2; exit 3');
    expect(stderr).toContain('the command of --on-failure failed with exit code 3: no mail');
  });
});

describe('that all is done', () => {
  test.each([
    ['when the last entry succeeds', [['true'], ['true']], [], '1'],
    ['when the last entry fails, and ends the worker', [['true'], ['false']], [], '1'],
    ['when the limit is just enough', [['true'], ['true']], ['--limit', '2'], '1'],
    ['not when a failure leaves some pending', [['false'], ['true']], [], ''],
    ['not when the limit leaves some pending', [['true'], ['true']], ['--limit', '1'], ''],
  ])('is told %s', async (_when, entries, options, completed) => {
    folder.schedule(entries);
    await folder.cooperate('run', 'exp.json', ...options, '--on-finish', FINISH);
    expect(folder.lines('told')).toEqual([`finish [${completed}]`]);
  });

  test('is told by the last worker alone', async () => {
    folder.schedule([leavesItsName('a', until('go')), leavesItsName('b')]);
    const first = folder.start(['run', 'exp.json', '--limit', '1', '--on-finish', FINISH]);
    await folder.hasLines('ran', 1);
    const second = folder.start(['run', 'exp.json', '--on-finish', FINISH]);
    expect((await second.ended).code).toBe(0);
    expect(folder.lines('told')).toEqual(['finish []']);
    folder.write('go', '');
    await first.ended;
    expect(folder.lines('told')).toEqual(['finish []', 'finish [1]']);
  });

  test('is not told when a signal has put entries back', async () => {
    folder.schedule([sh(`echo > there; ${until('never')}`)]);
    const program = folder.start(['run', 'exp.json', '--on-finish', FINISH]);
    await folder.hasLines('there', 1);
    program.signal('SIGTERM');
    expect((await program.ended).code).toBe(143);
    expect(folder.lines('told')).toEqual(['finish []']);
  });
});
