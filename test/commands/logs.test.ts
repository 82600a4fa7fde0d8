import { describe, expect, test } from 'vitest';
import { isLogged, outputEnd, printLogs } from '../../src/commands/logs.js';
import { mark, Site, unmark, type Script } from '../support/protocol.js';
import { chosenOf, logsOf, lookingOf, SeenLogs } from '../support/logs.js';

const three = [['a'], ['b'], ['c']];
const LOGS = '/work/exp.json.cooperate/1/logs';

/** Prints its command and its attempt. */
const speaks: Script = async (run, command) => {
  await run.print(`${command} says ${run.command.env['COOPERATE_ATTEMPT']}\n`);
  run.exit(0);
};
const fails: Script = async (run, command) => {
  await run.print(`${command} says ${run.command.env['COOPERATE_ATTEMPT']}\n`);
  run.exit(1);
};

describe('the log of an entry', () => {
  test('is what it printed, and nothing of its neighbours in the file', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: speaks }).claimAndRun(3);
    expect((await logsOf(site, [1])).text).toBe('[1.1]b says 1\n');
    expect((await logsOf(site, [0, 2])).text).toBe('[0.1]a says 1\n[2.1]c says 1\n');
  });

  test('is what it has printed so far while it runs', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: () => undefined });
    const [a, b] = await ada.claim(2);
    await ada.begin(a);
    await ada.runs[0]?.print('first\n');
    ada.runs[0]?.exit(0);
    await site.clock.advance(10);
    await ada.begin(b);
    expect((await logsOf(site, [1])).said).toEqual(['printed-nothing']);
    await ada.runs[1]?.print('second, so far');
    const { text, said } = await logsOf(site, [1]);
    expect([text, said]).toEqual(['[1.1]second, so far', []]);
    expect((await chosenOf(site, [1]))[0]).toMatchObject({ is: 'logged', state: 'running', host: 'node1' });
  });

  test('comes from the log of its slot', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: speaks, slots: 3 }).finish();
    expect(await site.fs.list(LOGS)).toHaveLength(3);
    expect((await logsOf(site, [0, 1, 2])).text).toBe('[0.1]a says 1\n[1.1]b says 1\n[2.1]c says 1\n');
  });

  test('is that of the latest attempt, of another that is asked for, or of all', async () => {
    const site = await Site.with([['a']]);
    await site.worker('ada', { script: fails, retries: 2 }).finish();
    expect((await logsOf(site, [0])).text).toBe('[0.3]a says 3\n');
    expect((await logsOf(site, [0], { attempt: 2 })).text).toBe('[0.2]a says 2\n');
    expect((await logsOf(site, [0], { allAttempts: true })).text).toBe(
      '[0.1]a says 1\n[0.2]a says 2\n[0.3]a says 3\n',
    );
    expect((await chosenOf(site, [0], { attempt: 4 }))[0]).toMatchObject({
      why: { is: 'no-such-attempt', attempt: 4, attempts: [1, 2, 3] },
    });
  });

  test('stays when the entry is put back, and says that it was', async () => {
    const site = await Site.with([['a'], ['b']]);
    await site.worker('ada', { script: fails }).finish();
    await site.edit(unmark('a'));
    const seen = await logsOf(site, [0]);
    expect([seen.text, seen.said]).toEqual(['[0.1]a says 1\n', ['put-back']]);
    await site.worker('bob', { script: speaks }).finish();
    expect((await logsOf(site, [0])).text).toBe('[0.2]a says 2\n');
  });

  test('of a worker that died is what it got to', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: () => undefined });
    await ada.begin((await ada.claim(1))[0]);
    await ada.runs[0]?.print('the last wor');
    site.kill(ada);
    expect((await logsOf(site, [0])).text).toBe('[0.1]the last wor');
    expect((await chosenOf(site, [0]))[0]).toMatchObject({ state: 'lost' });
  });

  test('goes up to the next one where the line of its end is torn', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: speaks }).claimAndRun(3);
    const journal = '/work/exp.json.cooperate/1/journals/ada.jsonl';
    const lines = (await site.fs.read(journal)).bytes.toString().split('\n');
    const torn = lines.map((line) =>
      line.includes('"t":"end"') && line.includes('"entry":1') ? line.slice(0, 30) : line,
    );
    expect(torn).not.toEqual(lines);
    await site.fs.write(journal, Buffer.from(torn.join('\n')));
    expect((await logsOf(site, [1])).text).toBe('[1.1]b says 1\n');
  });

  test('shows its last lines alone when these are asked for', async () => {
    const site = await Site.with([['a']]);
    const script: Script = async (run) => {
      for (let i = 1; i <= 5; i++) await run.print(`line ${i}\n`);
      run.exit();
    };
    await site.worker('ada', { script }).claimAndRun(1);
    expect((await logsOf(site, [0], { tail: 2 })).text).toBe('[0.1]line 4\nline 5\n');
  });

  test('that lacks bytes says how many', async () => {
    const site = await Site.with([['a']]);
    await site.worker('ada', { script: speaks }).claimAndRun(1);
    await site.fs.write(`${LOGS}/ada.log`, Buffer.from('a sa'));
    const seen = await logsOf(site, [0]);
    expect(seen.text).toBe('[0.1]a sa');
    expect(seen.remarks).toMatchObject([{ say: 'bytes-missing', bytes: 5 }]);
  });

  test('is not read on when nobody reads any more', async () => {
    const site = await Site.with([['a']]);
    await site.worker('ada', { script: speaks }).claimAndRun(1);
    const looking = lookingOf(site);
    const seen = new SeenLogs();
    seen.isClosed = true;
    await printLogs(
      site.fs,
      await looking.look(),
      (await chosenOf(site, [0])).filter(isLogged),
      undefined,
      seen,
    );
    expect(seen.text).toBe('');
  });
});

describe('an entry without a log', () => {
  test('says whether it is pending, claimed, or marked by hand', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claim(1);
    await site.edit(mark('b'));
    expect(await chosenOf(site, [0, 1, 2])).toMatchObject([
      { is: 'none', entry: 0, state: { is: 'claimed' }, why: { is: 'never-run' } },
      { is: 'none', entry: 1, state: { is: 'marked' }, why: { is: 'never-run' } },
      { is: 'none', entry: 2, state: { is: 'pending' }, why: { is: 'never-run' } },
    ]);
  });

  test('says that its file was deleted', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: speaks }).claimAndRun(1);
    await site.fs.unlink(`${LOGS}/ada.log`);
    expect(await chosenOf(site, [0])).toMatchObject([{ why: { is: 'deleted', path: `${LOGS}/ada.log` } }]);
  });

  test('says that the log could not be opened, and the run went on', async () => {
    const site = await Site.with([['a']]);
    const heal = site.fs.faults.fail('openAppend', '/logs/', 'EACCES');
    const ada = site.worker('ada', { script: speaks });
    await ada.claimAndRun(1);
    heal();
    expect(ada.told('log-trouble')).toHaveLength(1);
    expect(await chosenOf(site, [0])).toMatchObject([{ state: { is: 'succeeded' }, why: { is: 'kept-none' } }]);
  });
});

test('output for a program is the end of it, cut between characters', async () => {
  const site = await Site.with([['a']]);
  const script: Script = async (run) => {
    await run.print('éééé\nlast\n');
    run.exit();
  };
  await site.worker('ada', { script }).claimAndRun(1);
  const snapshot = await lookingOf(site).look();
  const [logged] = (await chosenOf(site, [0])).filter(isLogged);
  const end = (tail: number | undefined, most: number) => outputEnd(site.fs, snapshot, logged!, tail, most);
  expect(await end(undefined, 100)).toEqual({ text: 'éééé\nlast\n', bytes: 14, omitted: 0 });
  expect(await end(undefined, 9)).toEqual({ text: 'é\nlast\n', bytes: 14, omitted: 6 });
  expect(await end(undefined, 8)).toEqual({ text: 'é\nlast\n', bytes: 14, omitted: 6 });
  expect(await end(1, 100)).toEqual({ text: 'last\n', bytes: 14, omitted: 9 });
});
