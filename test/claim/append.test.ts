import { describe, expect, test } from 'vitest';
import { append, type LinesFor } from '../../src/claim/append.js';
import { systemError } from '../../src/ports/fs.js';
import { argvOf } from '../../src/schedule/slots.js';
import { pretty, SCHEDULE, Site, STALE_MS, type Hand, type Script } from '../support/protocol.js';

const three = [['a'], ['b'], ['c']];
const goesOn: Script = () => undefined;
const never = new AbortController().signal;
const lines = (...commands: string[]): string[] => commands.map((command) => JSON.stringify([command]));

function adds(...commands: string[]): LinesFor {
  return () => lines(...commands);
}

/** Only what the schedule does not have yet. */
function addsMissing(...commands: string[]): LinesFor {
  return (text) => {
    const present = new Set(Array.from(text.starts, (_, i) => argvOf(text, i).join(' ')));
    return lines(...commands.filter((command) => !present.has(command)));
  };
}

function desk(site: Site, name = 'dan'): Hand {
  return site.worker(`${name}-desk`);
}

async function leave(hand: Hand): Promise<void> {
  await hand.claimer.close();
  await hand.claimer.leave();
  await hand.lock.close();
}

async function appendAndLeave(site: Site, hand: Hand, linesFor: LinesFor): Promise<number | undefined> {
  const count = await site.until(append(hand.claimer, linesFor, never));
  await site.until(leave(hand));
  return count;
}

/** Everything beside the schedule but its sidecar; a lock with nothing in it is free. */
async function beside(site: Site): Promise<string[]> {
  const names = new Set(await site.fs.list('/work'));
  names.delete('exp.json.cooperate');
  const lock = await site.fs.list(`${SCHEDULE}.lock`).catch((): string[] => []);
  if (lock.length === 0) names.delete('exp.json.lock');
  return [...names].sort();
}

async function unmarked(site: Site): Promise<string[]> {
  return (await site.entries()).map((entry) => entry.filter((word) => word !== 'executed').join(' '));
}

describe('appending', () => {
  test('puts entries behind the last one, which are worked off like the others', async () => {
    const site = await Site.with(three);
    expect(await appendAndLeave(site, desk(site), adds('d', 'e'))).toBe(2);
    expect(await site.bytes()).toBe(pretty([...three, ['d'], ['e']]));
    await site.worker('ada').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('reaches a worker that is at work, and changes no mark', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada');
    await ada.claimAndRun();
    await ada.claim();
    await appendAndLeave(site, desk(site), adds('d', 'a'));
    expect(await site.entries()).toEqual([['executed', 'a'], ['executed', 'b'], ['c'], ['d'], ['a']]);
    await ada.finish();
    expect(site.ran).toEqual(['a', 'c', 'd', 'a']); // b is in hand
  });

  test('writes nothing when there is nothing to add', async () => {
    const site = await Site.with(three);
    await site.worker('ada').claimAndRun();
    const before = await site.fs.fingerprint(SCHEDULE);
    expect(await appendAndLeave(site, desk(site), adds())).toBe(0);
    expect(await site.fs.fingerprint(SCHEDULE)).toEqual(before);
  });

  test('leaves no file, no heartbeat and a leave record', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    await appendAndLeave(site, dan, adds('d'));
    expect(await beside(site)).toEqual(['exp.json']);
    const sidecar = `${SCHEDULE}.cooperate`;
    expect(await site.fs.list(`${sidecar}/1/heartbeats`)).toEqual([]);
    expect(await site.fs.list(`${sidecar}/lock`)).toEqual([]);
    const journal = (await site.fs.read(`${sidecar}/1/journals/dan-desk.jsonl`)).bytes.toString();
    expect(journal.trimEnd().split('\n').at(-1)).toContain('"t":"leave"');
  });

  test('asks what to add under the lock: two at once do not add the same', async () => {
    const site = await Site.with(three);
    const desks = ['dan', 'eve', 'fay'].map((name) => desk(site, name));
    const counts = desks.map((hand) => append(hand.claimer, addsMissing('c', 'd', 'e'), never));
    const added = await site.until(Promise.all(counts));
    for (const hand of desks) await site.until(leave(hand));
    expect(added.toSorted()).toEqual([0, 0, 2]);
    expect(await unmarked(site)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('loses none and doubles none while workers claim and others append', async () => {
    const site = await Site.with(three);
    const workers = ['ada', 'ben', 'cyd'].map((name) => site.worker(name).work());
    const desks = Array.from({ length: 4 }, (_, i) => desk(site, `d${i}`));
    const counts = desks.map((hand, i) => append(hand.claimer, adds(`x${i}`, `y${i}`), never));
    expect(await site.until(Promise.all(counts))).toEqual([2, 2, 2, 2]);
    for (const hand of desks) await site.until(leave(hand));
    await site.until(Promise.all(workers));
    await site.worker('zoe').finish();
    const all = ['a', 'b', 'c', 'x0', 'x1', 'x2', 'x3', 'y0', 'y1', 'y2', 'y3'];
    expect((await unmarked(site)).toSorted()).toEqual(all);
    expect(site.ran.toSorted()).toEqual(all);
  });

  test('keeps the style of the file, and every byte of it', async () => {
    const site = await Site.with('\ufeff[["a"]\r\n, ["b", 1 ]\r\n] \r\n\r\n');
    await appendAndLeave(site, desk(site), adds('c', 'd'));
    expect(await site.bytes()).toBe('\ufeff[["a"]\r\n, ["b", 1 ]\r\n, ["c"]\r\n, ["d"]\r\n] \r\n\r\n');
  });

  test('makes a lenient file strict, and keeps the version of its owner', async () => {
    const loose = '[\n  ["a"], // first\n  ["b"],\n]\n';
    const site = await Site.with(loose);
    const dan = desk(site);
    await appendAndLeave(site, dan, adds('c'));
    expect(await site.entries()).toEqual([['a'], ['b'], ['c']]);
    expect((await site.fs.read(`${SCHEDULE}.bak`)).bytes.toString()).toBe(loose);
    expect(dan.told('kept-as')).toHaveLength(1);
  });

  test('begins an empty schedule', async () => {
    const site = await Site.with('[]\n');
    await appendAndLeave(site, desk(site), adds('a', 'b'));
    expect(await site.bytes()).toBe(pretty([['a'], ['b']]));
  });

  test('runs an entry whose equal has run and was removed since', async () => {
    const site = await Site.with(three);
    await site.worker('ada').finish();
    await site.edit((entries) => entries.slice(1));
    await site.worker('ben').finish();
    await appendAndLeave(site, desk(site), adds('a', 'b'));
    await site.worker('cyd').finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  test('runs no entry twice whose equal is running and was removed from the file', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await site.edit((entries) => entries.slice(1));
    await appendAndLeave(site, desk(site), adds('a'));
    await site.worker('ben').finish();
    expect(site.ran).toEqual(['a', 'b', 'c']);
  });

  test('refuses a line that is not one entry, before anything is written', async () => {
    for (const line of ['"a"', '[]', '["a"], ["b"]', '["a"']) {
      const site = await Site.with(three);
      const dan = desk(site);
      await expect(site.until(append(dan.claimer, () => [line], never))).rejects.toThrow();
      await site.until(leave(dan));
      expect(await site.bytes()).toBe(pretty(three));
      expect(await beside(site)).toEqual(['exp.json']);
    }
  });

  test('puts marks back that an edit has taken from what runs', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    await ada.begin((await ada.claim())[0]);
    await site.write(JSON.stringify(three));
    await appendAndLeave(site, desk(site), adds('d'));
    expect(await site.entries()).toEqual([['executed', 'a'], ['b'], ['c'], ['d']]);
    await site.write(JSON.stringify(three));
    await appendAndLeave(site, desk(site, 'eve'), adds());
    expect(await site.entries()).toEqual([['executed', 'a'], ['b'], ['c']]);
  });
});

describe('appending to a file that is no schedule', () => {
  test.each(['', '{}', '[["a"', '[["a"]] x'])('never writes to it (%j), nor beside it', async (text) => {
    const site = await Site.with(text);
    const dan = desk(site);
    await expect(site.until(append(dan.claimer, adds('b'), never))).rejects.toMatchObject({
      detail: { reason: 'schedule-unusable' },
    });
    await site.until(leave(dan));
    expect(await site.bytes()).toBe(text);
    expect(await site.fs.list('/work')).toEqual(['exp.json']);
  });
});

describe('appending to a schedule that does not exist', () => {
  async function empty(): Promise<Site> {
    const site = await Site.with(three);
    await site.fs.unlink(SCHEDULE);
    return site;
  }

  test('creates it, one entry a line', async () => {
    const site = await empty();
    expect(await appendAndLeave(site, desk(site), adds('d', 'e'))).toBe(2);
    expect(await site.bytes()).toBe(pretty([['d'], ['e']]));
    expect(await site.fs.list('/work')).toEqual(['exp.json']);
  });

  test('creates nothing for no entries', async () => {
    const site = await empty();
    expect(await appendAndLeave(site, desk(site), adds())).toBe(0);
    expect(await site.fs.list('/work')).toEqual([]);
  });

  test('by several at once loses none and doubles none', async () => {
    const site = await empty();
    const desks = ['dan', 'eve', 'fay'].map((name) => desk(site, name));
    const counts = desks.map((hand, i) => append(hand.claimer, addsMissing('x', `y${i}`), never));
    expect((await site.until(Promise.all(counts))).toSorted()).toEqual([1, 1, 2]);
    for (const hand of desks) await site.until(leave(hand));
    expect((await unmarked(site)).toSorted()).toEqual(['x', 'y0', 'y1', 'y2']);
  });

  test('says so when its name leads nowhere, instead of trying for ever', async () => {
    const site = await empty();
    site.fs.symlink('/work/none', SCHEDULE);
    const dan = desk(site);
    await expect(site.until(append(dan.claimer, adds('d'), never))).rejects.toMatchObject({
      detail: { reason: 'filesystem', code: 'EEXIST' },
    });
  });
});

describe('an edit that comes while entries are appended', () => {
  const inPlace = (site: Site, text: string): Promise<unknown> => site.fs.write(SCHEDULE, Buffer.from(text));

  function beforeRename(site: Site, edit: () => Promise<unknown>): void {
    const stop = site.fs.faults.before(async ({ client, operation, to }) => {
      if (client !== 'dan-desk' || operation !== 'rename' || to !== SCHEDULE) return;
      stop();
      await edit();
    });
  }

  test('late and in place, is merged, and the entries are there too', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    beforeRename(site, () => inPlace(site, pretty([['c'], ['x'], ['a']])));
    expect(await appendAndLeave(site, dan, adds('d'))).toBe(1);
    expect(dan.told('merged-edit')).toHaveLength(1);
    expect(await site.bytes()).toBe(pretty([['c'], ['x'], ['a'], ['d']]));
  });

  test('late, and once more late while the first is merged, counts, and the entries are there once', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    beforeRename(site, async () => {
      await inPlace(site, pretty([['x']]));
      beforeRename(site, () => inPlace(site, pretty([['x'], ['y']])));
    });
    await appendAndLeave(site, dan, adds('d'));
    expect(await unmarked(site)).toContain('d');
    expect((await unmarked(site)).filter((command) => command === 'd')).toHaveLength(1);
  });

  test('late by some milliseconds, is merged too', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    const editor = await site.fs.openAppend(SCHEDULE);
    const stop = site.fs.faults.after(({ client, operation, to }) => {
      if (client !== 'dan-desk' || operation !== 'rename' || to !== SCHEDULE) return;
      stop();
      void site.clock.wait(50).then(() => editor.append(Buffer.from('\n\n')));
    });
    await appendAndLeave(site, dan, adds('d'));
    expect(await site.bytes()).toBe(`${pretty([...three, ['d']])}\n\n`);
  });

  test('late, is kept aside when somebody has appended since', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { script: goesOn });
    const stop = site.fs.faults.before(async ({ client, operation, to }) => {
      if (client !== 'ada' || operation !== 'rename' || to !== SCHEDULE) return;
      stop();
      await inPlace(site, pretty([['a'], ['x']]));
    });
    await ada.begin((await ada.claim())[0]);
    await appendAndLeave(site, desk(site), adds('d'));
    await ada.claim();
    expect(await unmarked(site)).toEqual(['a', 'b', 'c', 'd']);
    expect(ada.told('kept-as')).toHaveLength(1);
    expect((await site.fs.read(`${SCHEDULE}.bak`)).bytes.toString()).toBe(pretty([['a'], ['x']]));
  });

  test('by a rename, at any operation before the last check, is there, and so are the entries, once', async () => {
    for (let n = 1, end = Infinity; n < end; n++) {
      const site = await Site.with(three);
      let seen = 0;
      site.fs.faults.before(async ({ client, operation, path }) => {
        if (client !== 'dan-desk') return;
        if (operation === 'link' && path === SCHEDULE && seen < n - 1) end = n;
        if (++seen === n && n < end) await site.write(pretty([['c'], ['x']]));
      });
      await appendAndLeave(site, desk(site), adds('d', 'e'));
      if (n < end) expect(await unmarked(site), `operation ${n}`).toEqual(['c', 'x', 'd', 'e']);
      expect(n).toBeLessThan(100);
    }
  });
});

describe('trouble while entries are appended', () => {
  /** Appends, again if it failed, and looks whether they are there once. */
  async function once(site: Site, hand: Hand, where: string): Promise<void> {
    const first = await site.until(append(hand.claimer, adds('d', 'e'), never)).catch(() => undefined);
    if (first === undefined) {
      const before = await unmarked(site);
      expect(before, `${where}: failed, so nothing is there`).toEqual(['a', 'b', 'c']);
      await site.until(append(hand.claimer, adds('d', 'e'), never));
    }
    await site.until(leave(hand)).catch(() => hand.lock.close());
    expect(await unmarked(site), where).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await beside(site), where).toEqual(['exp.json']);
    await site.worker('zoe').finish();
    expect(site.ran.toSorted(), where).toEqual(['a', 'b', 'c', 'd', 'e']);
  }

  test.each(['EIO', 'ENOSPC'])(
    'one operation that fails (%s), whichever, makes them appear once',
    async (code) => {
      for (let n = 1, reached = true; reached; n++) {
        const site = await Site.with(three);
        const dan = desk(site);
        let seen = 0;
        let where = `operation ${n}`;
        site.fs.faults.before(({ client, operation, path }) => {
          // A file that cannot be removed stays.
          if (client !== 'dan-desk' || operation === 'unlink' || ++seen !== n) return;
          where += ` ${operation} ${path}`;
          throw systemError(code, operation, path);
        });
        await once(site, dan, where);
        reached = seen >= n;
      }
    },
  );

  test('one operation that is done and whose reply says otherwise, whichever, makes them appear once', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      const dan = desk(site);
      const codes: Record<string, string> = { link: 'EEXIST', rename: 'ENOENT', createDirectory: 'EEXIST' };
      let seen = 0;
      let where = `reply ${n}`;
      site.fs.faults.after(({ client, operation, path, to }) => {
        const code = codes[operation];
        if (client !== 'dan-desk' || code === undefined || ++seen !== n) return;
        where += ` ${operation} ${path} ${to ?? ''}`;
        throw systemError(code, operation, path);
      });
      await once(site, dan, where);
      reached = seen >= n;
    }
  });

  test('a server that does the rename and is away for a while, makes them appear once', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    let isAway = false;
    site.fs.faults.after(({ client, operation, to, path }) => {
      if (client !== 'dan-desk' || operation !== 'rename' || to !== SCHEDULE) return;
      isAway = true;
      throw systemError('EIO', operation, path);
    });
    site.fs.faults.before(({ client, operation, path }) => {
      if (client === 'dan-desk' && isAway) throw systemError('ETIMEDOUT', operation, path);
    });
    const appending = append(dan.claimer, adds('d'), never);
    await site.clock.advance(60_000);
    // Others go on meanwhile, on top of it.
    const ada = site.worker('ada');
    await ada.claimAndRun();
    isAway = false;
    expect(await site.until(appending)).toBe(1);
    await site.until(leave(dan));
    await ada.finish();
    expect(site.ran).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a server that does not do the rename and is away for a while, makes them appear once', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    let isAway = false;
    let isOver = false;
    site.fs.faults.before(({ client, operation, path, to }) => {
      if (client !== 'dan-desk' || isOver) return;
      isAway ||= operation === 'rename' && to === SCHEDULE;
      if (isAway) throw systemError('ETIMEDOUT', operation, path);
    });
    const appending = append(dan.claimer, adds('d'), never);
    appending.catch(() => undefined);
    await site.clock.advance(60_000);
    isOver = true;
    await expect(site.until(appending)).rejects.toThrow();
    expect(await unmarked(site)).toEqual(['a', 'b', 'c']);
    expect(await site.until(append(dan.claimer, adds('d'), never))).toBe(1);
    await site.until(leave(dan));
    expect(await unmarked(site)).toEqual(['a', 'b', 'c', 'd']);
    expect(await beside(site)).toEqual(['exp.json']);
  });

  test('a rename that fails leaves nothing behind', async () => {
    const site = await Site.with(three);
    const dan = desk(site);
    site.fs.faults.fail('rename', '.dan-desk.new', 'EIO', 1);
    await expect(site.until(append(dan.claimer, adds('d'), never))).rejects.toMatchObject({
      detail: { reason: 'filesystem', code: 'EIO', operation: 'append to the schedule' },
    });
    await site.until(leave(dan));
    expect(await site.bytes()).toBe(pretty(three));
    expect(await beside(site)).toEqual(['exp.json']);
  });

  test('a sidecar that is deleted at any operation makes them appear once', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const site = await Site.with(three);
      let seen = 0;
      site.fs.faults.before(async ({ client }) => {
        if (client === 'dan-desk' && ++seen === n) await site.deleteSidecar();
      });
      await once(site, desk(site), `operation ${n}`);
      reached = seen >= n;
    }
  });
});

describe('a desk that is killed at any operation', () => {
  test('has appended all or nothing, and harms no worker', async () => {
    const problems: string[] = [];
    let all = 0;
    let n = 1;
    for (let reached = true; reached; n++) {
      const site = await Site.with(three);
      const ada = site.worker('ada');
      await ada.claimAndRun();
      const dan = desk(site);
      const gate = dan.stopBefore(n);
      const appending = append(dan.claimer, adds('d', 'e'), never).then(() => leave(dan));
      appending.catch(() => undefined);
      await site.clock.advance(2000);
      ({ reached } = gate);
      if (reached) site.kill(dan);
      const { findings } = await ada.finish();
      await site.worker('ben').finish();
      const commands = await unmarked(site);
      all += commands.length === 5 ? 1 : 0;
      const wanted = commands.length === 3 ? ['a', 'b', 'c'] : ['a', 'b', 'c', 'd', 'e'];
      try {
        expect(commands).toEqual(wanted);
        expect(site.ran.toSorted()).toEqual(wanted);
        expect([findings?.working, findings?.suspect, findings?.lost]).toEqual([0, [], []]);
        expect(await beside(site)).toEqual(['exp.json']);
        const heartbeats = await site.fs.list(`${SCHEDULE}.cooperate/1/heartbeats`);
        expect(heartbeats.filter((name) => !name.startsWith('.'))).toEqual([]);
      } catch (error) {
        problems.push(`${n} ${gate.calls.join()}: ${(error as Error).message.split('\n')[0] ?? ''}`);
      }
    }
    expect(problems).toEqual([]);
    expect(n).toBeGreaterThan(30);
    expect(all).toBeGreaterThan(2);
  });
});

describe('a desk that sleeps at any operation until others have taken the lock over, and goes on', () => {
  test('has appended once, and nothing runs twice', async () => {
    const problems: string[] = [];
    let n = 1;
    for (let reached = true; reached; n++) {
      const site = await Site.with(three);
      const dan = site.worker('dan-desk', { elsewhere: true });
      const gate = dan.stopBefore(n);
      const appending = append(dan.claimer, adds('d', 'e'), never).then(() => leave(dan));
      await site.clock.advance(1000);
      ({ reached } = gate);
      await site.clock.advance(2 * STALE_MS);
      const ada = site.worker('ada', { elsewhere: true });
      await ada.claimAndRun();
      gate.wake();
      await site.until(appending);
      const marks = await site.marksOf('a');
      await ada.finish();
      try {
        expect(marks, 'the desk puts back what it has overwritten').toBe(1);
        expect(await unmarked(site)).toEqual(['a', 'b', 'c', 'd', 'e']);
        expect(site.ran.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
        expect(await site.pending()).toEqual([]);
        expect(await beside(site)).toEqual(['exp.json']);
      } catch (error) {
        problems.push(`${n} ${gate.calls.join()}: ${(error as Error).message.split('\n')[0] ?? ''}`);
      }
    }
    expect(problems).toEqual([]);
    expect(n).toBeGreaterThan(30);
  });
});

describe('a desk', () => {
  test('is no worker: fair shares do not count it, while it lives and after it died on another host', async () => {
    const site = await Site.with(three);
    const dan = site.worker('dan-desk', { elsewhere: true });
    await dan.book();
    const ada = site.worker('ada', { elsewhere: true });
    const { peers } = await ada.book();
    expect(await peers.others()).toEqual(['dan-desk']);
    expect(await peers.working()).toBe(1);
    await ada.watchLong();
    expect(await peers.working()).toBe(1);
    const { findings } = await ada.finish();
    expect([findings?.working, findings?.suspect]).toEqual([0, []]);
  });

  test('that is interrupted while it waits for the lock leaves nothing behind', async () => {
    const site = await Site.with(three);
    const ada = site.worker('ada', { elsewhere: true });
    const gate = ada.stopBefore(Infinity);
    site.fs.faults.before(({ client, operation, to }) => {
      if (client === 'ada' && operation === 'rename' && to === SCHEDULE) gate.shut();
    });
    const round = ada.round();
    await site.clock.advance(1000);
    const others = await beside(site);
    const dan = desk(site);
    const interrupt = new AbortController();
    const appending = append(dan.claimer, adds('d'), interrupt.signal);
    await site.clock.advance(1000);
    interrupt.abort();
    expect(await site.until(appending)).toBeUndefined();
    await site.until(leave(dan));
    expect(await unmarked(site)).toEqual(['a', 'b', 'c']);
    expect(await beside(site)).toEqual(others);
    expect(await site.fs.list(`${SCHEDULE}.cooperate/1/heartbeats`)).toEqual(['ada']);
    expect(await site.fs.list(`${SCHEDULE}.cooperate/lock`)).toEqual([]);
    gate.wake();
    await site.until(round);
  });
});
