import { describe, expect, test } from 'vitest';
import { systemError } from '../../src/ports/fs.js';
import { sidecarOf } from '../../src/claim/sidecar.js';
import { SCHEDULE, Site, type Hand, type Script } from '../support/protocol.js';

const three = [['a'], ['b'], ['c']];
const goesOn: Script = () => undefined;

/** Makes the worker's `n`-th operation from now on, and all that follow, fail until the returned function is called. */
function failFrom(
  site: Site,
  hand: Hand,
  n: number,
  code: string,
): { reached: () => boolean; lift: () => void } {
  let seen = 0;
  let lifted = false;
  // Reading works on a full disk, and so does removing.
  const writes = new Set([
    'write',
    'link',
    'append',
    'makeDirectory',
    'createDirectory',
    'openAppend',
    'rename',
    'sync',
  ]);
  site.fs.faults.before(({ client, operation, path }) => {
    if (client !== hand.identity.worker || lifted || !writes.has(operation)) return;
    if (++seen >= n) throw systemError(code, operation, path);
  });
  return { reached: () => seen >= n, lift: () => (lifted = true) };
}

async function eachOnce(site: Site, commands: readonly string[]): Promise<void> {
  expect(site.ran.toSorted()).toEqual(commands.toSorted());
  for (const { marks } of site.spawns) expect(await marks).toBeGreaterThan(0);
  expect(await site.pending()).toEqual([]);
}

describe.each(['ENOSPC', 'EIO', 'EDQUOT'])(
  'a disk that answers %s from any operation on, until it is mended',
  (code) => {
    test('loses nothing and runs nothing twice', async () => {
      for (let n = 1; ; n++) {
        const site = await Site.with(three);
        const ada = site.worker('ada', { batch: 2 });
        const fault = failFrom(site, ada, n, code);
        const work = ada.work();
        await site.clock.advance(5000);
        fault.lift();
        await site.until(work);
        await eachOnce(site, ['a', 'b', 'c']).catch((error: unknown) => {
          throw new Error(`from operation ${n} on`, { cause: error });
        });
        if (!fault.reached()) break;
      }
    });
  },
);

describe('one operation that fails', () => {
  test('loses nothing, whichever it is, and runs nothing twice', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      const ada = site.worker('ada', { batch: 2 });
      let seen = 0;
      site.fs.faults.before(({ client, operation, path }) => {
        if (client === 'ada' && ++seen === n) throw systemError('EIO', operation, path);
      });
      let died: unknown;
      await ada.finish().catch((error: unknown) => (died = error));
      reached = seen >= n;
      expect(died, `operation ${n}`).toBeUndefined();
      await eachOnce(site, ['a', 'b', 'c']).catch((error: unknown) => {
        throw new Error(`operation ${n}`, { cause: error });
      });
    }
  });

  test('is healed although it was done and only its reply was lost, whichever it is', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      const ada = site.worker('ada', { batch: 2 });
      let seen = 0;
      const what: string[] = [];
      // Done, and the repeated request finds it done: EEXIST for a link, ENOENT for a rename.
      const codes: Record<string, string> = { link: 'EEXIST', rename: 'ENOENT', createDirectory: 'EEXIST' };
      site.fs.faults.after(({ client, operation, path, to }) => {
        const code = codes[operation];
        if (client !== 'ada' || code === undefined || ++seen !== n) return;
        what.push(`${operation} ${path} ${to ?? ''}`);
        throw systemError(code, operation, path);
      });
      let died: unknown;
      await ada.finish().catch((error: unknown) => (died = error));
      reached = seen >= n;
      expect(died, what.join()).toBeUndefined();
      await eachOnce(site, ['a', 'b', 'c']).catch((error: unknown) => {
        throw new Error(what.join(), { cause: error });
      });
    }
  });
});

describe('a claim of several entries of which one link fails', () => {
  test('forgets none of those that were made', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 3 });
    let links = 0;
    site.fs.faults.before(({ operation, path, to = '' }) => {
      if (operation === 'link' && to.includes('/cells/') && ++links === 2)
        throw systemError('EIO', 'link', path);
    });
    await ada.finish();
    await eachOnce(site, ['a', 'b', 'c']);
  });
});

describe('a sidecar that is deleted', () => {
  test('at any operation of a worker loses nothing and makes nothing run twice', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      const ada = site.worker('ada', { batch: 2 });
      let seen = 0;
      site.fs.faults.before(async ({ client }) => {
        if (client === 'ada' && ++seen === n) await site.deleteSidecar();
      });
      let died: unknown;
      await ada.finish().catch((error: unknown) => (died = error));
      reached = seen >= n;
      expect(died, `operation ${n}`).toBeUndefined();
      await eachOnce(site, ['a', 'b', 'c']).catch((error: unknown) => {
        throw new Error(`operation ${n}`, { cause: error });
      });
    }
  });

  test('under a claim that is not started yet, does not make its run look like one that is over', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 2, script: goesOn });
    const [, second] = await ada.claim();
    await site.deleteSidecar();
    await ada.begin(second);
    const cyd = site.worker('cyd', { script: goesOn });
    await cyd.begin((await cyd.claim())[0]);
    site.kill(cyd);
    await site.worker('ben').finish();
    expect(site.count('b')).toBe(1);
  });

  test('under a claim that is not marked yet, lets one worker run it', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    const stop = site.fs.faults.before(({ client, operation, path }) => {
      if (client === 'ada' && operation === 'write' && path.endsWith('.new'))
        throw systemError('ENOSPC', operation, path);
    });
    await expect(site.until(ada.round())).rejects.toThrow();
    stop();
    await site.deleteSidecar();
    const ben = site.worker('ben', { script: goesOn });
    const [bens] = await ben.claim();
    const [adas] = await ada.claim();
    await ada.begin(adas);
    await ben.begin(bens);
    await site.worker('cyd').finish();
    expect(site.count('a')).toBe(1);
    expect(site.count('b')).toBe(1);
  });
});

describe('a worker whose heartbeat could not be written', () => {
  test('is looked after all the same when it dies', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 2, script: goesOn });
    const [first] = await ada.claim();
    await ada.begin(first);
    const heal = site.fs.faults.fail('write', 'heartbeats/ada', 'ENOSPC');
    await (await ada.book()).peers.beat().catch(() => undefined);
    heal();
    site.kill(ada);
    const ben = site.worker('ben');
    const { findings } = await ben.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c']);
    expect(findings?.lost.map(({ entry }) => entry)).toEqual([0]);
  });
});

describe('a worker whose last journal lines went down with its host', () => {
  test('leaves a lost entry that is found by its command', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 2, script: goesOn });
    const [, second] = await ada.claim();
    await ada.begin(second);
    site.kill(ada);
    const journal = `${sidecarOf(SCHEDULE)}/1/journals/ada.jsonl`;
    const lines = (await site.fs.read(journal)).bytes.toString().split('\n');
    await site.fs.unlink(journal);
    await site.fs.write(journal, Buffer.from(lines.filter((line) => !line.includes('"start"')).join('\n')));
    const ben = site.worker('ben');
    const { findings } = await ben.finish();
    expect(findings?.lost.map(({ entry }) => entry)).toEqual([1]);
  });
});

describe('two workers that look after the same dead one at the same time', () => {
  test('offer its claims once, and take no mark from an entry that runs again', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada');
    await ada.claim();
    site.kill(ada);
    const ben = site.worker('ben', { script: goesOn });
    const cyd = site.worker('cyd', { script: goesOn });
    await ben.book();
    await cyd.book();
    const gate = cyd.stopBefore(Infinity);
    let listed = 0;
    // Stops when it has seen what is open, and wants to put it back.
    site.fs.faults.before(({ client, path }) => {
      if (client === 'cyd' && path.endsWith('exp.json.lock') && ++listed === 1) gate.shut();
    });
    const cyds = cyd.recover();
    await site.clock.advance(10);
    await ben.recover();
    await ben.begin((await ben.claim())[0]);
    expect(await site.pending()).toEqual([]);
    gate.wake();
    await site.until(cyds);
    expect(await site.pending()).toEqual([]);
  });
});

describe('a worker that slept while the schedule was generated anew', () => {
  test('gives back nothing that others have claimed since', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 2, elsewhere: true });
    const claims = await ada.claim();
    const ben = site.worker('ben', { elsewhere: true });
    await ben.watchLong();
    await ben.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c']);
    await site.write('[["a"], ["b"], ["d"]]\n');
    const cyd = site.worker('cyd', { elsewhere: true, script: goesOn });
    await cyd.begin((await cyd.claim())[0]);
    expect(cyd.told('generated-anew')).toHaveLength(1);
    // Now it wakes up, and finds that its entries have waited for long.
    for (let round; round?.is !== 'claimed';) round = await site.until(ada.claimer.putBack(claims));
    await site.worker('dee', { elsewhere: true }).finish();
    expect(site.ran.slice(3).toSorted()).toEqual(['a', 'b', 'd']);
  });
});

describe('a worker that could not remove what it had kept of the schedule', () => {
  test('removes it when it leaves', async () => {
    const site = await Site.with([['a']]);
    site.fs.faults.fail('unlink', '.old', 'EIO', 2);
    await site.worker('ada').finish();
    expect(site.ran).toEqual(['a']);
    expect(await site.fs.list('/work')).not.toContain('.exp.json.ada.old');
  });
});

describe('a worker that could not write the mark of what it has claimed', () => {
  test('leaves an equal entry the mark of who runs that', async () => {
    const site = await Site.with([['a'], ['a'], ['b']]);
    const [ada, ben] = [site.worker('ada', { script: goesOn }), site.worker('ben')];
    const [claim] = await ada.claim();
    const stop = site.fs.faults.before(({ client, operation, path, to }) => {
      if (client === 'ben' && operation === 'rename' && to === '/work/exp.json')
        throw systemError('EIO', operation, path);
    });
    await expect(ben.claim()).rejects.toThrow();
    stop();
    expect(ben.claimer.owed).toHaveLength(1);
    await site.until(ben.claimer.putBackAll(ben.claimer.owed));
    await ada.begin(claim);
    expect(await site.marksOf('a')).toBe(1);
    await site.worker('cyd').finish();
    expect(site.ran.toSorted()).toEqual(['a', 'a', 'b']);
  });

  test('and sleeps before it gives that back leaves no mark that others have written meanwhile', async () => {
    const site = await Site.with(three);
    const [ada, ben] = [site.worker('ada'), site.worker('ben')];
    const stop = site.fs.faults.before(({ client, operation, path, to }) => {
      if (client === 'ada' && operation === 'rename' && to === '/work/exp.json')
        throw systemError('EIO', operation, path);
    });
    await expect(ada.claim()).rejects.toThrow();
    stop();
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    let isAsleep = false;
    site.fs.faults.before(({ client, operation, path }) => {
      if (client !== 'ada' || operation !== 'list' || !path.endsWith('/cells') || isAsleep) return;
      isAsleep = true;
      return woken;
    });
    const givingBack = ada.claimer.putBackAll(ada.claimer.owed);
    // It takes the lock from ada, and marks what is claimed.
    await ben.claimAndRun();
    expect([isAsleep, await site.marksOf('a')]).toEqual([true, 1]);
    wake();
    await site.until(givingBack);
    await ben.finish();
    await eachOnce(site, ['a', 'b', 'c']);
  });
});
