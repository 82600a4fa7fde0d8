import { expect, test } from 'vitest';
import { mark, Site } from '../support/protocol.js';
import { statesOf, surveyOf, totalsOf } from '../support/survey.js';

const three = [['a'], ['b'], ['c']];

test('a schedule that nobody has worked on has pending and marked entries', async () => {
  const site = await Site.with([['executed', 'a'], ['b']]);
  const snapshot = await surveyOf(site).look();
  expect(statesOf(snapshot)).toEqual(['marked', 'pending']);
  expect(totalsOf(snapshot)).toEqual({ marked: 1, pending: 1 });
  expect(snapshot.epoch).toBeUndefined();
});

test('entries are claimed, run, and succeed or fail', async () => {
  const site = await Site.with(three);
  const survey = surveyOf(site);
  const ada = site.worker('ada', { script: () => undefined });
  const [a, b] = await ada.claim(2);
  expect(statesOf(await survey.look())).toEqual(['claimed', 'claimed', 'pending']);
  await ada.begin(a);
  const snapshot = await survey.look();
  expect(statesOf(snapshot)).toEqual(['running', 'claimed', 'pending']);
  expect(snapshot.workers).toMatchObject([{ worker: 'ada', standing: 'alive', running: [0] }]);
  ada.runs[0]?.exit(0);
  await site.clock.advance(10);
  await ada.begin(b);
  ada.runs[1]?.exit(3);
  await site.clock.advance(10);
  const after = await survey.look();
  expect(after.stateOf(0)).toMatchObject({
    is: 'succeeded',
    run: { attempt: 1, worker: 'ada', end: { code: 0 } },
  });
  expect(after.stateOf(1)).toMatchObject({ is: 'failed', run: { end: { is: 'failed', code: 3 } } });
  expect(after.workers).toMatchObject([{ worker: 'ada', running: [], succeeded: 1, failed: 1 }]);
  // What was seen stays as it was seen.
  expect(statesOf(snapshot)).toEqual(['running', 'claimed', 'pending']);
  expect(snapshot.stateOf(0)).toMatchObject({ run: { end: undefined } });
});

test('runs that began in the same moment are told apart when one is read on', async () => {
  const site = await Site.with(three);
  const ada = site.worker('ada', { script: () => undefined });
  const [a, b] = await ada.claim(2);
  await Promise.all([ada.begin(a), ada.begin(b)]);
  const snapshot = await surveyOf(site).look();
  const runs = [0, 1].map((entry) => snapshot.runsOf(entry)[0]);
  expect(runs[0]?.startedAt).toBe(runs[1]?.startedAt);
  ada.runs[1]?.exit(3);
  await site.clock.advance(10);
  const ends = await Promise.all(runs.map(async (run) => run && (await snapshot.readOn(run)).end?.code));
  expect(ends).toEqual([undefined, 3]);
});

test('what a dead worker ran is lost, and what it had only claimed is pending', async () => {
  const site = await Site.with(three);
  const ada = site.worker('ada', { script: () => undefined });
  const [a] = await ada.claim(2);
  await ada.begin(a);
  site.kill(ada);
  const snapshot = await surveyOf(site).look();
  expect(statesOf(snapshot)).toEqual(['lost', 'pending', 'pending']);
  expect(snapshot.workers).toMatchObject([{ standing: 'gone' }]);
});

test('a mark made by hand is no more than that', async () => {
  const site = await Site.with(three);
  await site.worker('ada').claimAndRun(1);
  await site.edit(mark('b'));
  expect(statesOf(await surveyOf(site).look())).toEqual(['succeeded', 'marked', 'pending']);
});

test('a journal that cannot be read for a moment takes nothing of the others along', async () => {
  const site = await Site.with(three);
  const survey = surveyOf(site);
  for (const name of ['ada', 'ben', 'eve']) {
    const worker = site.worker(name, { script: () => undefined });
    const [claim] = await worker.claim(1);
    await worker.begin(claim);
  }
  site.fs.faults.fail('readFrom', 'journals/ada', 'EIO', 1);
  await expect(survey.look()).rejects.toMatchObject({ code: 'EIO' });
  expect(statesOf(await survey.look())).toEqual(['running', 'running', 'running']);
});
