import { describe, expect, test } from 'vitest';
import type { Claim } from '../../src/claim/choose.js';
import { requeue } from '../../src/claim/requeue.js';
import { folders, newestEpoch, readEpoch, sidecarOf } from '../../src/claim/sidecar.js';
import { slotHash } from '../../src/schedule/slots.js';
import { mark, pretty, SCHEDULE, Site, unmark, type Hand, type Script } from '../support/protocol.js';

const three = [['a'], ['b'], ['c']];
const fails: Script = (run) => run.exit(1);
const goesOn: Script = () => undefined;
const wide = (entries: readonly (readonly string[])[]): string => `${JSON.stringify(entries, undefined, 4)}\n`;

/** One entry, chosen by its place. */
async function claimOf(site: Site, hand: Hand, entry: number): Promise<readonly Claim[]> {
  for (;;) {
    const round = await site.until(hand.claimer.claimEntry(entry, false, new AbortController().signal));
    if (round?.is === 'claimed') return round.claims;
    if (round?.is !== 'again') return [];
  }
}

describe('what was read before the lock was lost', () => {
  const robbed = { isMine: () => Promise.resolve(false) };
  const requeued = async (site: Site): Promise<string[]> => {
    const epoch = await readEpoch(
      site.fs,
      sidecarOf(SCHEDULE),
      await newestEpoch(site.fs, sidecarOf(SCHEDULE)),
    );
    const names = epoch ? await site.fs.list(folders.cells(epoch)) : [];
    return names.filter((name) => name.endsWith('.requeued'));
  };

  test('puts nothing back: what has failed since is no decision of a person', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun(2);
    await site.edit(unmark('a'));
    const { claimer } = site.worker('ben');
    expect(await claimer.underLock(() => claimer.viewer.look(robbed))).toEqual({ is: 'again', afterMs: 0 });
    expect(await requeued(site)).toEqual([]);
    expect(await claimer.underLock((held) => claimer.viewer.look(held))).toMatchObject({ is: 'view' });
    expect(await requeued(site)).toHaveLength(1);
  });

  test('begins no new epoch', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun(2);
    await site.edit((entries) => unmark('a')(unmark('b')(entries)), wide);
    const { claimer } = site.worker('ben');
    await claimer.underLock(() => claimer.viewer.look(robbed));
    expect(await newestEpoch(site.fs, sidecarOf(SCHEDULE))).toBe(1);
    await claimer.underLock((held) => claimer.viewer.look(held));
    expect(await newestEpoch(site.fs, sidecarOf(SCHEDULE))).toBe(2);
  });
});

describe('an entry that a person left pending', () => {
  test('is claimable when nobody has claimed it', async () => {
    const site = await Site.with(three);
    await site.edit((entries) => [...entries, ['d']]);
    await site.worker('ada').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is marked again when it is running', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await site.edit(unmark('a'), wide);
    const ben = site.worker('ben');
    expect((await ben.claim()).map(({ argv }) => argv)).toEqual([['b']]);
    expect(await site.entries()).toEqual([['executed', 'a'], ['executed', 'b'], ['c']]);
  });

  test('is marked again when it is claimed by a worker that has not started it yet', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claim();
    await site.edit(unmark('a'), wide);
    const ben = site.worker('ben');
    expect((await ben.claim()).map(({ argv }) => argv)).toEqual([['b']]);
    expect(await site.pending()).toEqual(['c']);
  });

  test('is marked again when nobody knows whether its worker still lives', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn, elsewhere: true });
    await ada.begin((await ada.claim())[0]);
    const ben = site.worker('ben', { elsewhere: true });
    await ben.watchLong();
    await site.edit(unmark('a'), wide);
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(await site.pending()).toEqual([]);
  });

  test('runs again when it failed', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: (run, command) => run.exit(command === 'a' ? 1 : 0) });
    await ada.claimAndRun();
    await ada.claimAndRun();
    await site.edit(unmark('a'), wide);
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'a', 'c']);
  });

  test('runs again when it failed, though taking its mark away gives the bytes of an older revision', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails, maxFailures: 1 }).finish();
    expect(site.ran).toEqual(['a']);
    await site.edit(unmark('a'));
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'a', 'b', 'c']);
  });

  test('runs again when it was lost', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    site.kill(ada);
    const ben = site.worker('ben');
    await ben.claimAndRun();
    await site.edit(unmark('a'), wide);
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'a', 'c']);
  });

  test('is marked again when its worker wrote down its success and died while others looked', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    const [claim] = await ada.claim(2);
    if (!claim) throw new Error('nothing was claimed');
    await site.until(ada.claimer.start(claim));
    const over = ada.runner.run(claim, claim.argv, false);
    await site.edit(unmark('a'), wide);
    let isCompared = false;
    let isDead = false;
    site.fs.faults.before(({ client, operation, path }) => {
      if (client !== 'ben') return;
      isCompared ||= operation === 'list' && path.endsWith('/cells');
      if (isDead || !isCompared || operation !== 'read' || !path.endsWith('/heartbeats/ada')) return;
      isDead = true;
      ada.runs[0]?.exit(0);
      return over.then(() => {
        site.kill(ada);
      });
    });
    const ben = site.worker('ben');
    await ben.finish();
    expect(isDead).toBe(true);
    expect(site.ran).toEqual(['a', 'c', 'b']);
    expect(ben.told('succeeded-before')).toEqual([{ tell: 'succeeded-before', entries: [0] }]);
  });

  test('runs again when it succeeded and an entry claimed later is still marked', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    await ada.claimAndRun();
    await site.edit(unmark('a'), wide);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'a', 'c']);
    expect(ada.told('succeeded-before')).toEqual([]);
  });

  test('is marked again when it succeeded and only entries claimed earlier are marked, and the user is told', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    await ada.claimAndRun();
    await site.edit(unmark('b'), wide);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(ada.told('succeeded-before')).toEqual([{ tell: 'succeeded-before', entries: [1] }]);
  });

  test('is marked again when it succeeded, and what is marked may have been claimed before all began anew', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    const [claim] = await claimOf(site, ada, 2);
    if (claim) await ada.run(claim);
    await site.until(ada.claimer.leave());
    const old = await site.entries();
    await site.write(pretty(three));
    const ben = site.worker('ben');
    for (let i = 0; i < 3; i++) await ben.claimAndRun();
    await site.write(pretty([...old, ['d']]));
    await ben.finish();
    expect(site.ran).toEqual(['c', 'a', 'b', 'c', 'd']);
    expect(ben.told('succeeded-before')).toEqual([{ tell: 'succeeded-before', entries: [0, 1] }]);
  });

  test('is marked again when an edit was made from an older copy whose marks nobody had put back yet', async () => {
    const site = await Site.with([['c'], ['a'], ['b']]);
    const ada = site.worker('ada');
    for (const [entry, before] of [
      [1, undefined],
      [2, 'before'],
    ] as const) {
      const copy = await site.bytes();
      const [claim] = await claimOf(site, ada, entry);
      if (claim) await ada.run(claim);
      if (before) await site.write(copy);
    }
    const { asleep } = sleepsBefore(site, 'ben', 'rename', '.exp.json.ben.new');
    const ben = site.worker('ben');
    void ben.claimer.claim(() => 1, new AbortController().signal);
    await site.until(asleep);
    site.kill(ben);
    await site.worker('cyd').claimAndRun();
    await site.edit((entries) => [...entries, ['d']], wide);
    await site.worker('dan').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is marked again, and the edit is not kept beside the schedule when that worker dies then', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await site.edit(unmark('a'), wide);
    const ben = site.worker('ben');
    await ben.round();
    expect(await site.marksOf('a')).toBe(1);
    site.kill(ben);
    await site.worker('cyd').finish();
    expect(await site.fs.list('/work')).not.toContain('exp.json.bak');
  });

  test('is marked again when its second try succeeded since the file was read', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: (run) => run.exit(site.count('a') === 1 ? 1 : 0) });
    const [first] = await ada.claim();
    const ben = site.worker('ben', { script: goesOn });
    await ben.begin((await ben.claim())[0]);
    const read = await site.entries();
    if (first) await ada.run(first);
    const second = first && (await site.until(ada.claimer.again(first)));
    if (typeof second === 'object') await ada.run(second);
    await site.write(wide(unmark('a')(read)));
    await ada.claimAndRun();
    expect(site.ran).toEqual(['b', 'a', 'a', 'c']);
    expect(ada.told('succeeded-before')).toEqual([{ tell: 'succeeded-before', entries: [0] }]);
  });

  test('is marked again when it succeeded and was claimed together with those that are marked', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 2 });
    await ada.claimAndRun();
    await site.edit(unmark('a'), wide);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(ada.told('succeeded-before')).toEqual([{ tell: 'succeeded-before', entries: [0] }]);
  });
});

/** By a desk, which leaves nobody there who would claim it at once. */
async function putBack(site: Site, command: string, name = 'eve-desk'): Promise<void> {
  const { claimer } = site.worker(name);
  const wishes = [{ hash: slotHash([command]), entry: undefined, accepts: ['failed'] as const }];
  await site.until(requeue(claimer, { wishes, why: 'asked for', mayTake: () => Promise.resolve(false) }));
  await site.until(claimer.close());
  await site.until(claimer.leave());
}

/** The next such operation of that worker does not happen before it is woken. */
function sleepsBefore(site: Site, worker: string, wanted: string, path: string) {
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const asleep = new Promise<void>((resolve) => {
    site.fs.faults.before((call) => {
      if (call.client !== worker || call.operation !== wanted || !call.path.endsWith(path)) return undefined;
      resolve();
      return woken;
    });
  });
  return { asleep, wake };
}

describe('a copy from before an entry was put back, saved since', () => {
  test('offers it again, where it is an older revision as it was', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun();
    const before = await site.bytes();
    await putBack(site, 'a');
    await site.write(before);
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'a', 'b', 'c']);
  });

  test('offers it again, where it lacks the mark of what was claimed before', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: fails });
    await ada.claimAndRun();
    const before = await site.bytes();
    const cyd = site.worker('cyd', { script: goesOn });
    await cyd.begin((await claimOf(site, cyd, 1))[0]);
    await putBack(site, 'a');
    await site.write(before.replace('"c"', '"c", "new"'));
    await site.worker('ben').claimAndRun(2);
    expect(site.ran).toEqual(['a', 'b', 'a', 'c new']);
  });

  test('leaves it and says so where it lacks only the marks of what was claimed since', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun();
    await putBack(site, 'a');
    const marked = mark('a')(await site.entries());
    const cyd = site.worker('cyd', { script: goesOn });
    await cyd.begin((await claimOf(site, cyd, 1))[0]);
    await site.write(wide(marked));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(ben.told('put-back-before')).toEqual([{ tell: 'put-back-before', entries: [0] }]);
  });

  test.each([
    [['a', 'b'], ['a', 'b', 'a', 'b', 'c'], []],
    [['b'], ['a', 'b', 'a', 'c'], [1]],
  ])('where %j of two are marked that were put back at once, runs %j', async (marked, ran, told) => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 2, script: (run, command) => run.exit(command === 'c' ? 0 : 1) });
    await ada.claimAndRun();
    const { claimer } = site.worker('eve-desk');
    const wishes = ['a', 'b'].map((command) => ({
      ...{ hash: slotHash([command]), entry: undefined, accepts: ['failed'] as const },
    }));
    await site.until(requeue(claimer, { wishes, why: 'asked for', mayTake: () => Promise.resolve(false) }));
    await site.until(claimer.close());
    await site.until(claimer.leave());
    await site.edit((entries) => marked.reduce((all, command) => mark(command)(all), entries), wide);
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(ran);
    expect(
      ben.told('put-back-before').flatMap((notice) => ('entries' in notice ? notice.entries : [])),
    ).toEqual(told);
  });

  test('leaves it where it knows what was claimed since: then the mark is a decision', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun();
    await putBack(site, 'a');
    await site.until(
      site.worker('cyd', { script: goesOn }).claimer.claimEntry(1, false, new AbortController().signal),
    );
    await site.edit(mark('a'), wide);
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'c']);
    expect(ben.told('put-back-before')).toEqual([]);
  });

  test('leaves it and says so where nobody can tell', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun();
    await putBack(site, 'a');
    await site.edit(mark('a'), wide);
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(ben.told('put-back-before')).toEqual([{ tell: 'put-back-before', entries: [0] }]);
  });

  test('offers it again, where a worker that slept before its rename has put that revision back', async () => {
    const site = await Site.with(three);
    await site.worker('cyd', { script: fails }).claimAndRun();
    const { asleep, wake } = sleepsBefore(site, 'ada', 'rename', '.exp.json.ada.new');
    const ada = site.worker('ada');
    const claiming = ada.claimer.claim(() => 1, new AbortController().signal);
    await site.until(asleep);
    await putBack(site, 'a');
    wake();
    await site.until(claiming);
    await site.worker('ben').finish();
    await ada.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'a', 'b', 'c']);
  });

  test('offers it again, where a worker slept before it marked it again that its own worker has put back since', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    const [claim] = await ada.claim();
    if (!claim) throw new Error('nothing was claimed');
    await ada.begin(claim);
    await site.edit(unmark('a'), wide);
    const { asleep, wake } = sleepsBefore(site, 'ben', 'rename', '.exp.json.ben.new');
    const ben = site.worker('ben');
    const claiming = ben.claimer.claim(() => 1, new AbortController().signal);
    await site.until(asleep);
    await site.until(ada.claimer.putBackAll([claim]));
    wake();
    await site.until(claiming);
    await site.worker('cyd').finish();
    await ben.finish();
    expect([site.count('a'), await site.pending()]).toEqual([2, []]);
  });

  test('runs nothing again that succeeded since, though it shows an older run of what was claimed last', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun();
    const before = await site.bytes();
    await putBack(site, 'a');
    const ben = site.worker('ben');
    const round = await site.until(ben.claimer.claimEntry(1, false, new AbortController().signal));
    await ben.begin(round?.is === 'claimed' ? round.claims[0] : undefined);
    await ben.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'a', 'b', 'c']);
    await site.write(before.replace('"c"', '"c", "new"'));
    await site.worker('cyd').finish();
    expect(site.ran.toSorted()).toEqual(['a', 'a', 'b', 'c', 'c new']);
  });
});

describe('an entry that a person marked', () => {
  test('is left alone', async () => {
    const site = await Site.with(three);
    await site.edit(mark('b'));
    await site.worker('ada').finish();
    expect(site.ran).toEqual(['a', 'c']);
  });

  test('is left alone while others run', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    await site.edit(mark('c'), wide);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b']);
  });
});

describe('an entry that a person deleted', () => {
  test('is finished when it runs', async () => {
    const site = await Site.with(three);
    let end = (): void => undefined;
    const ada = site.worker('ada', {
      script: (run, command) => {
        if (command === 'a') end = () => run.exit(0);
        else run.exit(0);
      },
    });
    const work = ada.work();
    await site.until(site.clock.wait(1));
    await site.edit((entries) => entries.filter((entry) => !entry.includes('a')));
    end();
    expect(await site.until(work)).toMatchObject({ ended: 3, failed: 0 });
    expect(await site.entries()).toEqual([
      ['executed', 'b'],
      ['executed', 'c'],
    ]);
  });

  test('does not run when it was pending', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    await site.edit((entries) => entries.filter((entry) => !entry.includes('b')));
    await ada.finish();
    expect(site.ran).toEqual(['a', 'c']);
  });
});

describe('a schedule without any mark', () => {
  test('was generated anew when nobody is running: everything starts over, and the user is told', async () => {
    const site = await Site.with(three);
    await site.worker('ada').finish();
    await site.write(wide([['a'], ['b'], ['d']]));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'a', 'b', 'd']);
    expect(ben.told('generated-anew')).toHaveLength(1);
  });

  test('was generated anew also when it has the very bytes that it began with', async () => {
    const site = await Site.with(three);
    await site.worker('ada').finish();
    await site.write(pretty(three));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(ben.told('generated-anew')).toHaveLength(1);
  });

  test('was generated anew also when a dead worker had claimed an entry and never started it', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    await ada.claim();
    site.kill(ada);
    await site.write(wide([['a'], ['b'], ['c']]));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'a', 'b', 'c']);
    expect(ben.told('generated-anew')).toHaveLength(1);
  });

  test('is an old copy when somebody is running', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await site.write(wide(three));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(ben.told('generated-anew')).toEqual([]);
  });
});

describe('an old copy of the schedule', () => {
  test('with its exact bytes runs nothing twice that succeeded or runs', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    const old = await site.bytes();
    await ada.claimAndRun();
    await site.write(old);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(await site.pending()).toEqual([]);
  });

  test('with a small change runs nothing twice, and the change counts', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    const old = await site.entries();
    await ada.claimAndRun();
    await site.write(pretty([...old, ['d']]));
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
    expect(ada.told('succeeded-before')).toHaveLength(1);
  });

  test('that a mount shows late is never taken for a decision, and never written over what is there', async () => {
    const site = await Site.with(three);
    const ben = site.worker('ben', { lag: 1 });
    await site.until(ben.round(0));
    const ada = site.worker('ada', { script: fails });
    await ada.claimAndRun();
    const round = await site.until(ben.round());
    expect(round?.is).toBe('again');
    expect(await site.entries()).toEqual([['executed', 'a'], ['b'], ['c']]);
    ben.fs.catchUp();
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
  });
});

describe('a mount that lags', () => {
  test('shows a worker that begins an older revision: it waits for the newest, and decides nothing before', async () => {
    const site = await Site.with(three);
    const lagging = site.worker('ben', { lag: 1 });
    const ada = site.worker('ada', { script: (run) => run.exit(1) });
    await site.until(ada.round(0));
    lagging.fs.catchUp();
    await ada.claimAndRun();
    const marked = await site.bytes();
    const round = await site.until(lagging.round());
    expect(round).toEqual({ is: 'again', afterMs: 200 });
    expect(lagging.told('lagging')).toHaveLength(1);
    expect(await site.bytes()).toBe(marked);
    lagging.fs.catchUp();
    await lagging.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
  });
});

describe('a mount that lags for longer than most', () => {
  test.each([
    [{}, 'claimed'],
    [{ lagMs: 60_000 }, 'again'],
  ])('with %j measured is %s after 40 s', async (measured, is) => {
    const site = await Site.with(three);
    const lagging = site.worker('ben', { lag: 1, measured });
    const ada = site.worker('ada', { script: (run) => run.exit(1) });
    await site.until(ada.round(0));
    lagging.fs.catchUp();
    await ada.claimAndRun();
    await site.until(lagging.round());
    await site.clock.advance(40_000);
    // The marks come first.
    await site.until(lagging.round());
    expect((await site.until(lagging.round()))?.is).toBe(is);
  });
});

describe('the rest of the file', () => {
  test('may be reordered and indented anew while entries run', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await site.edit((entries) => entries.toReversed(), wide);
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'c', 'b']);
    expect(await site.bytes()).toBe(
      wide([
        ['executed', 'c'],
        ['executed', 'b'],
        ['executed', 'a'],
      ]),
    );
  });

  test('keeps every byte but those of the marks', async () => {
    const odd = '[ ["a","x\\u0041"] ,\r\n\t[ 1 ,true]\n,[\n"c" ]\n]';
    const site = await Site.with(odd);
    await site.worker('ada').finish();
    const bytes = await site.bytes();
    expect(bytes.match(/"executed"/g)).toHaveLength(3);
    expect(bytes.replaceAll(/"executed",\s*/g, '').replaceAll(/\s/g, '')).toBe(odd.replaceAll(/\s/g, ''));
    expect(bytes.startsWith('[ ["executed","a","x\\u0041"] ,\r\n\t[ "executed", 1 ,true]')).toBe(true);
  });
});

test('what goes back stays pending, although its mark was gone from the file before', async () => {
  const site = await Site.with([['a'], ['b'], ['c']]);
  const ada = site.worker('ada');
  const claims = await ada.claim(2);
  await site.edit((entries) => entries.map((entry) => entry.filter((word) => word !== 'executed')));
  // That it gives them back is not in its journal yet, as on a full disk.
  await site.until(ada.claimer.putBackAll(claims));
  expect(await site.pending()).toEqual(['a', 'b', 'c']);
  await site.worker('ben').finish();
  expect(site.ran.toSorted()).toEqual(['a', 'b', 'c']);
});
