import { describe, expect, test } from 'vitest';
import { systemError } from '../../src/ports/fs.js';
import { SCHEDULE, pretty, Site, type Hand } from '../support/protocol.js';

const three = [['a'], ['b'], ['c']];
const edited = pretty([['a'], ['b'], ['c'], ['d']]);

/** Lets an editor do something right before the worker's rename over the schedule, once. */
function beforeRename(site: Site, hand: Hand, edit: () => Promise<void>): void {
  const stop = site.fs.faults.before(async ({ client, operation, to }) => {
    if (client !== hand.identity.worker || operation !== 'rename' || to !== SCHEDULE) return;
    stop();
    await edit();
  });
}

/** The same right behind it, before the worker has looked at what stands there now. */
function behindRename(site: Site, hand: Hand, edit: () => Promise<void>): void {
  const stop = site.fs.faults.after(async ({ client, operation, to }) => {
    if (client !== hand.identity.worker || operation !== 'rename' || to !== SCHEDULE) return;
    stop();
    await edit();
  });
}

async function saveInPlace(site: Site, text: string): Promise<void> {
  await site.fs.write(SCHEDULE, Buffer.from(text));
}

describe('an edit saved in place between the check and the rename', () => {
  test('is merged back, with the marks of what was claimed', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    beforeRename(site, ada, () => saveInPlace(site, edited));
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
    expect(await site.entries()).toEqual(['a', 'b', 'c', 'd'].map((word) => ['executed', word]));
    expect(ada.told('merged-edit')).toHaveLength(1);
  });

  test('is merged back also when it came with the last claim', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada');
    beforeRename(site, ada, () => saveInPlace(site, pretty([['a'], ['d']])));
    await ada.finish();
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'd']);
  });

  test('does not bring back the mark of what was just put back', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    const claims = await ada.claim(1);
    beforeRename(site, ada, () => saveInPlace(site, pretty([['executed', 'a'], ['b'], ['c'], ['d']])));
    await site.until(ada.claimer.putBackAll(claims));
    await ada.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is not lost when merging it back finds the disk full', async () => {
    for (const operation of ['rename', 'write', 'link', 'sync'] as const) {
      const site = await Site.with(three);
      const ada = site.worker('ada');
      beforeRename(site, ada, async () => {
        await saveInPlace(site, edited);
        let failures = 2;
        let rewrites = 0;
        site.fs.faults.before(({ client, operation: now, path, to = '' }) => {
          if (client !== 'ada' || now !== operation) return;
          if (now === 'rename' && to !== SCHEDULE) return;
          if (now === 'rename' && rewrites++ === 0) return;
          if (failures-- > 0) throw systemError('ENOSPC', now, path);
        });
      });
      await ada.finish();
      expect(site.ran.toSorted(), operation).toEqual(['a', 'b', 'c', 'd']);
    }
  });

  test('is kept aside when it is no schedule', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    beforeRename(site, ada, () => saveInPlace(site, '[["a"], ["b"'));
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
    expect(ada.told('kept-as')).toHaveLength(1);
    expect((await site.fs.read('/work/exp.json.bak')).bytes.toString()).toBe('[["a"], ["b"');
  });

  test('is kept aside when the user has saved once more since', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    beforeRename(site, ada, () => saveInPlace(site, edited));
    await ada.claimAndRun();
    await site.edit((entries) => [...entries, ['e']]);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'e']);
    expect(ada.told('kept-as')).toHaveLength(1);
  });

  test('keeps what was claimed from running twice, whatever it takes away', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { batch: 3 });
    beforeRename(site, ada, () => saveInPlace(site, pretty([['c'], ['a'], ['b']])));
    await ada.finish();
    await site.worker('ben').finish();
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c']);
    expect(await site.entries()).toEqual([
      ['executed', 'c'],
      ['executed', 'a'],
      ['executed', 'b'],
    ]);
  });
});

describe('an edit saved in place behind a rename that failed', () => {
  test('is an edit like any other, and the next one counts', async () => {
    const site = await Site.with(three);
    const [ada, ben] = [site.worker('ada'), site.worker('ben')];
    const stop = site.fs.faults.before(({ client, operation, path, to }) => {
      if (client === 'ada' && operation === 'rename' && to === SCHEDULE)
        throw systemError('EIO', 'rename', path);
    });
    await expect(ada.claim(1)).rejects.toThrow();
    stop();
    await saveInPlace(site, edited);
    await ben.claimAndRun();
    await site.write(pretty([['executed', 'a'], ['executed', 'b'], ['c']]));
    await ben.claimAndRun();
    await ada.finish();
    expect((await site.entries()).map((entry) => entry.at(-1))).toEqual(['a', 'b', 'c']);
    expect(ada.told('merged-edit')).toHaveLength(0);
  });
});

describe('an edit saved in place right behind the rename', () => {
  test('is what counts', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    behindRename(site, ada, () => saveInPlace(site, pretty([['executed', 'a'], ['b'], ['d']])));
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'd']);
    expect(await site.entries()).toEqual(['a', 'b', 'd'].map((word) => ['executed', word]));
  });
});

describe('an edit saved by a rename', () => {
  test('between reading and the check is what counts', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    const stop = site.fs.faults.before(async ({ client, operation, path }) => {
      if (client !== 'ada' || operation !== 'write' || !path.endsWith('.new')) return;
      stop();
      await site.write(pretty([['c'], ['d']]));
    });
    await ada.finish();
    expect(site.ran).toEqual(['c', 'd']);
    expect(await site.entries()).toEqual([
      ['executed', 'c'],
      ['executed', 'd'],
    ]);
  });

  test('at any operation of a round makes nothing run twice, and leaves valid JSON', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      const ada = site.worker('ada', { batch: 2 });
      let seen = 0;
      site.fs.faults.before(async ({ client }) => {
        if (client === 'ada' && ++seen === n) await site.edit((entries) => [...entries, ['d']]);
      });
      await ada.finish();
      await site.worker('ben').finish();
      reached = seen >= n;
      expect(new Set(site.ran).size, `operation ${n}`).toBe(site.ran.length);
      expect(site.ran.slice().sort().slice(0, 3)).toEqual(['a', 'b', 'c']);
      expect(await site.pending()).toEqual([]);
      for (const { marks } of site.spawns) expect(await marks, `operation ${n}`).toBe(1);
    }
  });
});

describe('a lenient schedule', () => {
  test('is kept beside the strict one, once, however often the disk is full', async () => {
    const loose = '[["a"], ["b"],]\n';
    const site = await Site.with(loose);
    const ada = site.worker('ada');
    site.fs.faults.fail('write', '.ada.new', 'ENOSPC', 3);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b']);
    const names = await site.fs.list('/work');
    expect(names.filter((name) => name.includes('.bak'))).toEqual(['exp.json.bak']);
  });
});
