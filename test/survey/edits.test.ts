import { describe, expect, test } from 'vitest';
import { claimName, requeuedName } from '../../src/claim/names.js';
import { folders, newestEpoch, readEpoch, sidecarOf } from '../../src/claim/sidecar.js';
import { slotHash } from '../../src/schedule/slots.js';
import { mark, pretty, SCHEDULE, Site, unmark, type Hand, type Script } from '../support/protocol.js';
import { statesOf, surveyOf, totalsOf } from '../support/survey.js';

const three = [['a'], ['b'], ['c']];
const goesOn: Script = () => undefined;
const fails: Script = (run) => {
  run.exit(1);
};

const NO_ID = { hash: '', copy: 0, generation: 0 };

async function states(site: Site): Promise<string[]> {
  return statesOf(await surveyOf(site).look());
}

/** Appends a line to a journal as its worker would. */
async function journal(site: Site, worker: string, line: string): Promise<void> {
  const epoch = await readEpoch(site.fs, sidecarOf(SCHEDULE), await newestEpoch(site.fs, sidecarOf(SCHEDULE)));
  if (!epoch) throw new Error('no epoch');
  const file = await site.fs.openAppend(`${folders.journals(epoch)}/${worker}.jsonl`);
  file.append(Buffer.from(line));
  await file.close();
}

describe('a schedule edited by hand', () => {
  test('says what runs, though its mark was taken away', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    const [a] = await ada.claim(2);
    await ada.begin(a);
    await site.edit((entries) => unmark('b')(unmark('a')(entries)));
    expect(await states(site)).toEqual(['running', 'claimed', 'pending']);
  });

  test('has an entry pending again whose mark was taken away after it ended', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun(2);
    await site.edit(unmark('a'));
    await site.edit((entries) => [...entries, ['d']]);
    const snapshot = await surveyOf(site).look();
    expect(statesOf(snapshot)).toEqual(['pending', 'failed', 'pending', 'pending']);
    expect(snapshot.runsOf(0)).toMatchObject([{ attempt: 1, end: { is: 'failed', code: 1 } }]);
  });

  test('is what the journals say where an old copy was saved over it', async () => {
    const site = await Site.with(three);
    const before = await site.bytes();
    await site.worker('ada').claimAndRun(2);
    await site.worker('ben', { script: fails }).claimAndRun(1);
    await site.write(before);
    expect(await states(site)).toEqual(['succeeded', 'succeeded', 'failed']);
  });

  test('keeps its states when entries move, are removed and are added', async () => {
    const site = await Site.with(three);
    const survey = surveyOf(site);
    await site.worker('ada').claimAndRun(1);
    await site.worker('ben', { script: fails }).claimAndRun(1);
    await survey.look();
    await site.edit(([a, b, c]) => [['x'], c ?? [], b ?? [], ['executed', 'y'], a ?? []]);
    const snapshot = await survey.look();
    expect(statesOf(snapshot)).toEqual(['pending', 'pending', 'failed', 'marked', 'succeeded']);
    await site.edit((entries) => entries.slice(0, 2));
    expect(statesOf(await survey.look())).toEqual(['pending', 'pending']);
  });

  test('and generated anew begins anew', async () => {
    const site = await Site.with(three);
    const survey = surveyOf(site);
    await site.worker('ada').finish();
    expect(statesOf(await survey.look())).toEqual(['succeeded', 'succeeded', 'succeeded']);
    await site.write(pretty([...three, ['d']]));
    expect(statesOf(await survey.look())).toEqual(['pending', 'pending', 'pending', 'pending']);
    await site.worker('ben', { script: fails }).claimAndRun(1);
    const snapshot = await survey.look();
    expect(snapshot.epoch?.number).toBe(2);
    expect(statesOf(snapshot)).toEqual(['failed', 'pending', 'pending', 'pending']);
    expect(snapshot.workers.map(({ worker }) => worker)).toEqual(['ben']);
  });
});

describe('equal entries', () => {
  const equal = [['a'], ['a'], ['b'], ['a'], ['a']];

  test('have the states of their slots, by count and where they were started', async () => {
    const site = await Site.with(equal);
    const ada = site.worker('ada', { script: goesOn });
    const claims = await ada.claim(3);
    for (const claim of claims) await ada.begin(claim);
    ada.runs[1]?.exit(1);
    await site.clock.advance(10);
    const snapshot = await surveyOf(site).look();
    expect(statesOf(snapshot)).toEqual(['running', 'failed', 'running', 'pending', 'pending']);
    await site.edit(mark('a'));
    expect(totalsOf(await surveyOf(site).look())).toEqual({ running: 2, failed: 1, marked: 2 });
  });

  test('are shown as running as many as run, however many marks are left', async () => {
    const site = await Site.with(equal);
    const ada = site.worker('ada', { script: goesOn });
    for (const claim of await ada.claim(2)) await ada.begin(claim);
    await site.worker('ben', { script: fails }).claimAndRun(2);
    expect(totalsOf(await surveyOf(site).look())).toEqual({ running: 2, failed: 2, pending: 1 });
    await site.edit((entries) => [
      ...entries.map((entry) => entry.filter((word) => word !== 'executed')),
      ['z'],
    ]);
    expect(totalsOf(await surveyOf(site).look())).toEqual({ running: 2, pending: 4 });
    await site.edit(() => [['a']]);
    expect(totalsOf(await surveyOf(site).look())).toEqual({ running: 1 });
  });
});

describe('what is damaged or in the making', () => {
  test('costs what a torn line said, and nothing else', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun(2);
    await journal(site, 'ada', '{"n":99,"t":"start","claim":"00\n\n{"t":"unknown"}\n{"n":');
    const survey = surveyOf(site);
    const snapshot = await survey.look();
    expect(statesOf(snapshot)).toEqual(['succeeded', 'succeeded', 'pending']);
    expect(snapshot.unreadable).toBe(2);
    await journal(site, 'ada', '100,"t":"leave","at":"2025-01-01T00:00:00.000Z"}\n');
    const after = await survey.look();
    expect(after.unreadable).toBe(2);
    expect(after.workers).toMatchObject([{ standing: 'gone' }]);
  });

  test('a line that was written twice counts once', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun(3);
    const { bytes } = await site.fs.read('/work/exp.json.cooperate/1/journals/ada.jsonl');
    await journal(site, 'ada', `\n${bytes.toString()}`);
    expect((await surveyOf(site).look()).workers).toMatchObject([{ succeeded: 3, failed: 0 }]);
  });

  test.each(['leaves', 'is killed'])(
    'a run that ends before its worker %s is not lost, whenever it is looked for',
    async (how) => {
      const site = await Site.with([['a']]);
      const ada = site.worker('ada', { script: goesOn });
      const work = ada.work();
      await site.clock.advance(1000);
      const survey = surveyOf(site);
      expect(statesOf(await survey.look())).toEqual(['running']);
      await site.clock.advance(5000);
      let isOver = false;
      // Right behind the reading of its journal.
      site.fs.faults.before(async ({ client, operation, path }) => {
        if (client !== 'eve' || operation !== 'list' || !path.endsWith('heartbeats') || isOver) return;
        isOver = true;
        ada.runs[0]?.exit(0);
        await site.until(work);
        if (how === 'is killed') site.kill(ada);
      });
      expect(statesOf(await survey.look())).toEqual(['succeeded']);
      expect(isOver).toBe(true);
    },
  );

  test('a journal that is gone takes along what it said, and no more', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun(1);
    const ben = site.worker('ben');
    const [b] = await ben.claim(1);
    await journal(site, 'cyd', `{"n":0,"t":"claim","claims":["${claimName(b?.id ?? NO_ID)}"],"revision":9}\n`);
    await site.fs.unlink('/work/exp.json.cooperate/1/journals/ben.jsonl');
    const survey = surveyOf(site);
    for (let look = 0; look < 3; look++) {
      expect((await survey.look()).stateOf(1)).toEqual({ is: 'claimed', worker: 'ben' });
      expect((await survey.look()).totals).toMatchObject({ succeeded: 1, claimed: 1, pending: 1 });
      await site.clock.advance(5000);
    }
    site.kill(ben);
    await site.clock.advance(5000);
    expect((await survey.look()).totals).toMatchObject({ succeeded: 1, pending: 2 });
  });

  test('an end without its start is a run all the same', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    const [a] = await ada.claim(1);
    await ada.begin(a);
    await site.deleteSidecar();
    expect(await states(site)).toEqual(['marked', 'pending', 'pending']);
    ada.runs[0]?.exit(0);
    await site.until(ada.claim(1));
    const snapshot = await surveyOf(site).look();
    expect(snapshot.stateOf(0)).toMatchObject({ is: 'succeeded', run: { attempt: 1, worker: 'ada' } });
  });

  test('a schedule that is rewritten while it is read is read again, and its marks are explained', async () => {
    const site = await Site.with([...three, ['d'], ['e']]);
    const ada = site.worker('ada');
    const survey = surveyOf(site);
    await ada.claimAndRun(1);
    let left = 2;
    site.fs.faults.after(async ({ client, operation, path }) => {
      // Right behind its first reading, when the journals are still to be read.
      if (client !== 'eve' || operation !== 'list' || !path.endsWith('.cooperate') || left-- <= 0) return;
      await ada.round();
    });
    const snapshot = await survey.look();
    expect(snapshot.totals.marked).toBe(0);
    expect(totalsOf(snapshot)).toEqual({ succeeded: 1, claimed: 2, pending: 2 });
  });

  test('a sidecar that is deleted while it is read leaves the marks', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun(2);
    let done = false;
    site.fs.faults.before(async ({ client, operation }) => {
      if (client !== 'eve' || operation !== 'readFrom' || done) return;
      done = true;
      await site.deleteSidecar();
    });
    expect(await states(site)).toEqual(['marked', 'marked', 'pending']);
  });
});

describe('put back', () => {
  test('a run that was interrupted is pending again, and its history stays', async () => {
    const site = await Site.with(three);
    const ada: Hand = site.worker('ada', { script: goesOn });
    const work = ada.work();
    await site.clock.advance(1000);
    ada.stop.request('SIGTERM');
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGTERM' });
    await site.until(work);
    const snapshot = await surveyOf(site).look();
    expect(statesOf(snapshot)).toEqual(['pending', 'pending', 'pending']);
    expect(snapshot.runsOf(0)).toMatchObject([{ attempt: 1, end: { is: 'interrupted', signal: 'SIGTERM' } }]);
    expect(snapshot.workers).toMatchObject([{ worker: 'ada', standing: 'gone', succeeded: 0, failed: 0 }]);
    await site.worker('ben').claimAndRun(1);
    const after = await surveyOf(site).look();
    expect(after.stateOf(0)).toMatchObject({ is: 'succeeded', run: { attempt: 2, worker: 'ben' } });
    expect(after.runsOf(0)).toHaveLength(2);
    // A mark that a person makes is no more than that, whatever ran before.
    await site.edit(mark('b'));
    expect(await states(site)).toEqual(['succeeded', 'marked', 'pending']);
  });
});

describe('what the journals leave open, the cells decide:', () => {
  const claimOf = async (hand: Hand): Promise<string> => {
    const [a] = await hand.claim(1);
    return claimName(a?.id ?? NO_ID);
  };
  const line = (record: object): string => `${JSON.stringify({ n: 0, ...record })}\n`;

  test('which of several workers has a claim that all of them meant to get', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    const claim = await claimOf(ada);
    await journal(site, 'ben', line({ t: 'claim', claims: [claim], revision: 9 }));
    expect((await surveyOf(site).look()).stateOf(0)).toEqual({ is: 'claimed', worker: 'ada' });
    site.kill(ada);
    expect((await surveyOf(site).look()).stateOf(0)).toEqual({ is: 'pending' });
  });

  test('whether anybody has it at all', async () => {
    const site = await Site.with(three);
    const claim = await claimOf(site.worker('ada'));
    const other = claim.replace(/^\w+/, slotHash(['b']));
    await journal(site, 'ben', line({ t: 'claim', claims: [other], revision: 9 }));
    expect(await states(site)).toEqual(['claimed', 'pending', 'pending']);
  });

  test('whether a decision to put an entry back was carried out', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun(1);
    const survey = surveyOf(site);
    const id = { hash: slotHash(['a']), copy: 0, generation: 0 };
    await journal(site, 'ben-desk', line({ t: 'requeue', claims: [claimName(id)], why: 'asked for' }));
    const snapshot = await survey.look();
    expect(statesOf(snapshot)).toEqual(['pending', 'pending', 'pending']);
    expect(snapshot.workers.map(({ worker }) => worker)).toEqual(['ada']);
    // Carried out, and marked by hand since.
    await (await ada.book()).cells.create(requeuedName(id));
    expect(statesOf(await survey.look())).toEqual(['marked', 'pending', 'pending']);
    expect((await survey.look()).runsOf(0)).toHaveLength(1);
  });

  test('whether a dead worker had started what its journal says nothing of', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    const [a] = await ada.claim(1);
    if (a) await site.until(ada.claimer.start(a));
    expect(await states(site)).toEqual(['claimed', 'pending', 'pending']);
    site.kill(ada);
    const snapshot = await surveyOf(site).look();
    expect(snapshot.stateOf(0)).toMatchObject({
      is: 'lost',
      run: { attempt: 1, worker: 'ada', end: undefined },
    });
  });
});

describe('workers of other hosts', () => {
  test('are suspected after their heartbeat was watched standing still, and believed as soon as it moves', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { elsewhere: true, script: goesOn });
    const [a] = await ada.claim(2);
    await ada.begin(a);
    const survey = surveyOf(site, { elsewhere: true });
    const snapshot = await survey.look();
    expect(statesOf(snapshot)).toEqual(['running', 'claimed', 'pending']);
    expect(snapshot.workers).toMatchObject([{ standing: 'unknown', running: [0] }]);
    for (let looks = 0; looks < 8; looks++) {
      await site.clock.advance(30_000);
      await survey.look();
    }
    expect(statesOf(await survey.look())).toEqual(['suspect', 'pending', 'pending']);
    await (await ada.book()).peers.beat();
    await site.clock.advance(5000);
    const alive = await survey.look();
    expect(statesOf(alive)).toEqual(['running', 'claimed', 'pending']);
    expect(alive.workers).toMatchObject([{ standing: 'alive' }]);
  });

  test('were last heard of by the filesystem’s clock, or nobody knows when', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { elsewhere: true });
    await ada.claim(1);
    const survey = surveyOf(site, { elsewhere: true });
    const heard = (await survey.look()).workers[0]?.lastHeardMs;
    expect(heard).toBeGreaterThanOrEqual(0);
    const listed = await site.fs.list('/work/exp.json.cooperate/1/heartbeats');
    expect(listed).toEqual(['ada']);
    site.fs.faults.fail('write', 'heartbeats/.eve', 'EROFS');
    expect((await surveyOf(site).look()).workers[0]?.lastHeardMs).toBeUndefined();
  });
});

test('a look that finds nothing new reads little, and says the same', async () => {
  const site = await Site.with(three);
  await site.worker('ada').finish();
  const survey = surveyOf(site);
  const first = await survey.look();
  const calls: string[] = [];
  site.fs.faults.before(({ operation, path }) => void calls.push(`${operation} ${path}`));
  const again = await survey.look();
  expect(statesOf(again)).toEqual(statesOf(first));
  expect(calls.filter((call) => !call.startsWith('list') && !call.includes('exp.json '))).toEqual([
    'read /work/exp.json',
    'fingerprint /work/exp.json.cooperate/1/over',
    'read /work/exp.json.cooperate/1/format.json',
    'read /work/exp.json',
    'fingerprint /work/exp.json.cooperate/1/over',
  ]);
});

test('looks at the same time do not get in each other’s way', async () => {
  const site = await Site.with(three);
  const survey = surveyOf(site);
  const ada = site.worker('ada');
  await ada.claimAndRun(1);
  const [one, two, third] = [survey.look(), survey.look(), survey.look()];
  await ada.claimAndRun(1);
  expect(statesOf(await one)[0]).toBe('succeeded');
  expect(await two).toBe(await third);
  await ada.claimAndRun(1);
  expect(statesOf(await survey.look())).toEqual(['succeeded', 'succeeded', 'succeeded']);
});
