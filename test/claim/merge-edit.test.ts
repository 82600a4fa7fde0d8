import { describe, expect, test } from 'vitest';
import { HeadFile } from '../../src/claim/head.js';
import { mergeEdit, type EditOrder, type EditOutcome, type Known } from '../../src/claim/merge.js';
import { folders, newestEpoch, readEpoch } from '../../src/claim/sidecar.js';
import { systemError } from '../../src/ports/fs.js';
import type { Decision } from '../../src/schedule/merge.js';
import { scan } from '../../src/schedule/scan.js';
import { mark, pretty, SCHEDULE, Site, unmark, type Hand, type Script } from '../support/protocol.js';

const three = [['a'], ['b'], ['c']];
const SIDECAR = `${SCHEDULE}.cooperate`;
const never = new AbortController().signal;
const goesOn: Script = () => undefined;
const fails: Script = (run) => run.exit(1);
type Change = (entries: string[][]) => string[][];

/** A copy as somebody was given it. */
interface Copy {
  readonly base: string;
  readonly knows: Known;
}

async function giveOut(site: Site): Promise<Copy> {
  const epoch = await readEpoch(site.fs, SIDECAR, await newestEpoch(site.fs, SIDECAR));
  const revision = epoch ? (await new HeadFile(site.fs, folders.head(epoch)).read()).revision : -1;
  return { base: await site.bytes(), knows: { epoch: epoch?.id, revision } };
}

function orderOf({ base, knows }: Copy, change: Change, more: Partial<EditOrder> = {}): EditOrder {
  const mine = pretty(change(JSON.parse(base) as string[][]));
  return {
    ...{ base: scan(Buffer.from(base)), mine: scan(Buffer.from(mine)), knows },
    ...{ decisions: new Map<string, Decision>(), maybeAgain: false, by: 'ada' },
    begins: () => Promise.resolve(),
    ...more,
  };
}

let desks = 0;
/** Of a name that nobody has had. */
function desk(site: Site): Hand {
  return site.worker(`dan${desks++}-desk`);
}

async function leave(hand: Hand): Promise<void> {
  await hand.claimer.close();
  await hand.claimer.leave();
  await hand.lock.close();
}

async function mergeIn(
  site: Site,
  copy: Copy,
  change: Change,
  more: Partial<EditOrder> = {},
  hand = desk(site),
): Promise<EditOutcome | undefined> {
  const outcome = await site.until(mergeEdit(hand.claimer, orderOf(copy, change, more), never));
  await site.until(leave(hand));
  return outcome;
}

const add =
  (command: string): Change =>
  (entries) => [...entries, [command]];
const remove =
  (command: string): Change =>
  (entries) =>
    entries.filter((entry) => entry.at(-1) !== command);
const both =
  (...changes: Change[]): Change =>
  (entries) =>
    changes.reduce((now, change) => change(now), entries);

/** In capitals what is marked. */
async function letters(site: Site): Promise<string> {
  const entries = await site.entries();
  return entries.map((entry) => (entry.length > 1 ? entry[1]?.toUpperCase() : entry[0])).join('');
}

/** What stands beside the schedule, but its sidecar and a lock that is free. */
async function beside(site: Site): Promise<string[]> {
  // Of those who are at work still.
  const others = (await site.fs.list('/work')).filter((name) => !/^\.exp\.json\.(?:ada|ben)\.old$/.test(name));
  const names = new Set(others);
  names.delete('exp.json.cooperate');
  const lock = await site.fs.list(`${SCHEDULE}.lock`).catch((): string[] => []);
  if (lock.length === 0) names.delete('exp.json.lock');
  return [...names].sort();
}

describe('an edit of a schedule that nobody works on', () => {
  test('comes into it, and every entry runs once', async () => {
    const site = await Site.with(three);
    const outcome = await mergeIn(site, await giveOut(site), both(add('d'), remove('a')));
    expect(outcome).toMatchObject({ is: 'merged', mine: { added: 1, removed: 1 }, isWritten: true });
    expect(await site.bytes()).toBe(pretty([['b'], ['c'], ['d']]));
    expect(await beside(site)).toEqual(['exp.json']);
    await site.worker('ada').finish();
    expect(site.ran).toEqual(['b', 'c', 'd']);
  });

  test('writes nothing where the file says so already', async () => {
    const site = await Site.with(three);
    const copy = await giveOut(site);
    await site.edit(add('d'));
    const before = await site.fs.fingerprint(SCHEDULE);
    expect(await mergeIn(site, copy, add('d'), { maybeAgain: true })).toMatchObject({ isWritten: false });
    expect(await site.fs.fingerprint(SCHEDULE)).toEqual(before);
  });
});

describe('an edit of a schedule that is worked on', () => {
  test('keeps the marks that came meanwhile', async () => {
    const site = await Site.with(three);
    const copy = await giveOut(site);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    const outcome = await mergeIn(site, copy, add('d'));
    expect(outcome).toMatchObject({ theirs: { marked: 1 } });
    expect(await letters(site)).toBe('Abcd');
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
  });

  test('runs again what succeeded and was put back', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun(2);
    const outcome = await mergeIn(site, await giveOut(site), unmark('a'));
    expect(outcome).toMatchObject({ mine: { unmarked: 1 }, running: [], succeededBefore: [] });
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'a', 'c']);
    expect(ben.notices.filter(({ tell }) => tell !== 'running')).toEqual([]);
  });

  test('runs all again when all marks are taken away, in the same epoch', async () => {
    const site = await Site.with(three);
    await site.worker('ada').finish();
    await mergeIn(site, await giveOut(site), both(unmark('a'), unmark('b'), unmark('c')));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(ben.notices.filter(({ tell }) => tell !== 'running')).toEqual([]);
  });

  test('runs again what failed and was put back', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).finish();
    await mergeIn(site, await giveOut(site), unmark('b'));
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'b']);
  });

  test('leaves the mark of what runs, and tells', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    const outcome = await mergeIn(site, await giveOut(site), both(unmark('a'), add('d')));
    expect(outcome).toMatchObject({ running: [0], succeededBefore: [] });
    expect(await letters(site)).toBe('Abcd');
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
  });

  test('runs nothing once more that was put back by another and has run since', async () => {
    const site = await Site.with(three);
    await site.worker('ada', { script: fails }).claimAndRun();
    const copy = await giveOut(site);
    await site.edit(unmark('a'));
    await site.worker('ben').finish();
    const outcome = await mergeIn(site, copy, unmark('a'));
    expect(outcome).toMatchObject({ succeededBefore: [0] });
    expect(await letters(site)).toBe('ABC');
    await site.worker('cyd').finish();
    expect(site.ran).toEqual(['a', 'a', 'b', 'c']);
  });

  test('runs nothing that the person has marked as done', async () => {
    const site = await Site.with(three);
    const copy = await giveOut(site);
    await site.worker('ada').claimAndRun();
    await mergeIn(site, copy, mark('c'));
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b']);
    expect(await letters(site)).toBe('ABC');
  });

  test('lets what runs and was removed run to its end', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await mergeIn(site, await giveOut(site), remove('a'));
    expect(await letters(site)).toBe('bc');
    ada.runs[0]?.exit(0);
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(await letters(site)).toBe('BC');
  });

  test('runs an entry that was added, although an equal one was removed long ago', async () => {
    const site = await Site.with(three);
    await site.worker('ada').finish();
    await site.edit(remove('a'));
    await site.worker('ben').finish();
    await mergeIn(site, await giveOut(site), add('a'));
    await site.worker('cyd').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'a']);
  });

  test('knows nothing of a schedule that was generated anew meanwhile', async () => {
    const site = await Site.with(three);
    await site.worker('ada').finish();
    const copy = await giveOut(site);
    await site.write(pretty(three));
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(await mergeIn(site, copy, unmark('a'))).toMatchObject({ succeededBefore: [0] });
    await site.worker('cyd').finish();
    expect(site.ran).toHaveLength(6);
  });

  test('is put beside an edit by hand of the same time', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun();
    const copy = await giveOut(site);
    await site.edit(both(add('x'), remove('b')));
    await mergeIn(site, copy, add('d'));
    expect(await letters(site)).toBe('Acxd');
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'c', 'x', 'd']);
  });
});

describe('a conflict', () => {
  test('is told, and nothing is written before it is decided', async () => {
    const site = await Site.with(three);
    const copy = await giveOut(site);
    await site.worker('ada').claimAndRun();
    const before = await site.bytes();
    const outcome = await mergeIn(site, copy, remove('a'));
    if (outcome?.is !== 'conflicts') throw new Error('no conflict');
    expect(outcome.conflicts).toMatchObject([{ is: 'claimed', argv: ['a'] }]);
    expect(await site.bytes()).toBe(before);
    const decide = (decision: Decision) => new Map(outcome.conflicts.map(({ key }) => [key, decision]));
    await mergeIn(site, copy, remove('a'), { decisions: decide('theirs') });
    expect(await letters(site)).toBe('Abc');
    await mergeIn(site, copy, remove('a'), { decisions: decide('mine') });
    expect(await letters(site)).toBe('bc');
  });
});

/** Ada works `a` off, `b` runs, `c` waits; `a` is put back and `d` added; then all is worked off. */
async function tell(trouble: (site: Site, dan: Hand) => () => void): Promise<{ isNew: boolean; site: Site }> {
  const site = await Site.with(three);
  await site.worker('ada').claimAndRun();
  const ben = site.worker('ben', { script: goesOn });
  await ben.begin((await ben.claim())[0]);
  const copy = await giveOut(site);
  const dan = site.worker('dan-desk');
  const over = trouble(site, dan);
  const change = both(unmark('a'), add('d'));
  let begun = false;
  const begins = (): Promise<void> => {
    begun = true;
    return Promise.resolve();
  };
  const outcome = site.until(mergeEdit(dan.claimer, orderOf(copy, change, { begins }), never));
  const result = await outcome.catch(() => undefined);
  over();
  await site.until(leave(dan)).catch(() => dan.lock.close());
  const now = await letters(site);
  const isNew = now.includes('d');
  // Complete, or not at all.
  if (result) expect(isNew).toBe(true);
  if (isNew) expect(begun).toBe(true);
  // Whoever is told that it failed does it again, and it is there once.
  if (!result) {
    await mergeIn(site, copy, change, { maybeAgain: begun }, desk(site));
    expect((await letters(site)).toLowerCase()).toBe('abcd');
  }
  await site.worker('cyd').finish();
  expect(site.ran.toSorted()).toEqual(['a', 'a', 'b', 'c', 'd']);
  expect(await letters(site)).toBe('ABCD');
  expect(await beside(site)).toEqual(['exp.json']);
  return { isNew, site };
}

describe('trouble while an edit is merged', () => {
  test.each(['EIO', 'ENOSPC'])('(%s at one operation, whichever) leaves the old or the new', async (code) => {
    const problems: string[] = [];
    for (let n = 1, reached = true; reached; n++) {
      let seen = 0;
      await tell((site) => {
        site.fs.faults.before(({ client, operation, path }) => {
          if (client !== 'dan-desk' || operation === 'unlink' || ++seen !== n) return;
          throw systemError(code, operation, path);
        });
        return () => undefined;
      }).catch((error: unknown) => {
        problems.push(`${n}: ${(error as Error).message.slice(0, 300)}`);
      });
      reached = seen >= n;
      expect(n).toBeLessThan(200);
    }
    expect(problems).toEqual([]);
  });

  test('a sidecar that is deleted at any operation loses no entry', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      await site.worker('ada').claimAndRun();
      const copy = await giveOut(site);
      let seen = 0;
      site.fs.faults.before(async ({ client }) => {
        if (client === 'dan-desk' && ++seen === n) await site.deleteSidecar();
      });
      await mergeIn(site, copy, add('d'), {}, site.worker('dan-desk'));
      expect(await letters(site), `operation ${n}`).toBe('Abcd');
      reached = seen >= n;
    }
  });
});

describe('a desk that is killed while it merges', () => {
  test('at any operation, leaves the old or the new, and nothing runs twice or never', async () => {
    const problems: string[] = [];
    let n = 1;
    let news = 0;
    for (let reached = true; reached; n++) {
      reached = await killed(n).then(
        ({ isReached, isNew }) => {
          if (isNew) news++;
          return isReached;
        },
        (error: unknown) => {
          problems.push(`${n}: ${(error as Error).message.slice(0, 300)}`);
          return true;
        },
      );
      expect(n).toBeLessThan(300);
    }
    expect(problems).toEqual([]);
    expect(news).toBeGreaterThan(5);
    expect(n - news).toBeGreaterThan(20);
  });

  async function killed(n: number): Promise<{ isReached: boolean; isNew: boolean }> {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun();
    const copy = await giveOut(site);
    const dan = site.worker('dan-desk');
    const gate = dan.stopBefore(n);
    const merging = mergeEdit(dan.claimer, orderOf(copy, both(unmark('a'), add('d'))), never);
    const done = merging.then(() => leave(dan));
    done.catch(() => undefined);
    await site.clock.advance(2000);
    const isReached = gate.reached;
    if (isReached) site.kill(dan);
    else await site.until(done);
    const now = await letters(site);
    const where = gate.calls.join();
    expect(['Abc', 'abcd'], where).toContain(now);
    const isNew = now === 'abcd';
    await site.worker('ben').finish();
    await site.worker('cyd').finish();
    expect(await site.pending(), where).toEqual([]);
    // What was decided is carried out with the old schedule, too; never more than that.
    const ran = site.ran.toSorted().join('');
    expect(isNew ? ['aabcd'] : ['abc', 'aabc'], where).toContain(ran);
    expect(await beside(site), where).toEqual(['exp.json']);
    // The copy was kept, and comes in once.
    await mergeIn(site, copy, both(unmark('a'), add('d')), { maybeAgain: true }, desk(site));
    expect((await letters(site)).toLowerCase(), where).toBe('abcd');
    return { isReached, isNew };
  }
});

describe('an edit by hand that comes while another is merged', () => {
  test('by a rename, at any operation before the last check, is there as well', async () => {
    for (let n = 1, end = Infinity; n < end; n++) {
      const site = await Site.with(three);
      const copy = await giveOut(site);
      let seen = 0;
      site.fs.faults.before(async ({ client, operation, path }) => {
        if (client !== 'dan-desk') return;
        if (operation === 'link' && path === SCHEDULE && seen < n - 1) end = n;
        if (++seen === n && n < end) await site.write(pretty([['a'], ['b'], ['c'], ['x']]));
      });
      await mergeIn(site, copy, (entries) => [['d'], ...entries], {}, site.worker('dan-desk'));
      if (n < end) expect(await letters(site), `operation ${n}`).toBe('dabcx');
      expect(n).toBeLessThan(100);
    }
  });

  test('in place and late, is kept beside it', async () => {
    const site = await Site.with(three);
    const copy = await giveOut(site);
    const stop = site.fs.faults.before(async ({ client, operation, to }) => {
      if (client !== 'dan-desk' || operation !== 'rename' || to !== SCHEDULE) return;
      stop();
      await site.fs.write(SCHEDULE, Buffer.from(pretty([['x']])));
    });
    const dan = site.worker('dan-desk');
    await mergeIn(site, copy, add('d'), {}, dan);
    expect(await letters(site)).toBe('abcd');
    expect(dan.told('kept-as')).toHaveLength(1);
    expect((await site.fs.read(`${SCHEDULE}.bak`)).bytes.toString()).toBe(pretty([['x']]));
  });

  test('that makes it no schedule for a moment, stops it, and nothing is lost', async () => {
    const site = await Site.with(three);
    const copy = await giveOut(site);
    await site.write('[["a"');
    await expect(mergeIn(site, copy, add('d'))).rejects.toMatchObject({
      detail: { reason: 'schedule-unusable' },
    });
    expect(await site.bytes()).toBe('[["a"');
  });
});
