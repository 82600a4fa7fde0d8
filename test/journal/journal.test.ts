import { beforeEach, describe, expect, test } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { Ledger } from '../../src/journal/ledger.js';
import type { JournalRecord } from '../../src/journal/records.js';
import { systemError } from '../../src/ports/fs.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

const FOLDER = '/side/journals';
const PATH = `${FOLDER}/ada.jsonl`;
const IDENTITY = { worker: 'ada', hostname: 'node1', user: 'ada', pid: 1 };
const FIRST: JournalRecord = { t: 'worker', version: 1, identity: IDENTITY, at: '' };

let fs: MemoryFileSystem;
let journal: Journal;

beforeEach(async () => {
  fs = memoryFileSystem();
  await fs.makeDirectory(FOLDER);
  journal = new Journal(fs, PATH, FIRST);
});

function ended(claim: string): JournalRecord {
  return { t: 'end', claim, entry: 0, at: '', took: 1, code: 0 };
}

/** What somebody who reads it for the first time finds ended. */
async function read(folder = FOLDER): Promise<string[]> {
  const ledger = new Ledger(fs, folder);
  await ledger.refresh();
  return [...ledger.claims()].flatMap(([claim, facts]) => (facts.ended ? [claim] : []));
}

describe('a journal', () => {
  test('keeps what was recorded', async () => {
    await journal.flush();
    journal.record(ended('a.0.0'));
    await journal.flush();
    expect(await read()).toEqual(['a.0.0']);
  });

  test('shows a record to others before it is on the disk', async () => {
    await journal.flush();
    journal.record(ended('a.0.0'));
    expect(await read()).toEqual(['a.0.0']);
  });

  test('keeps what was recorded before it could be opened', async () => {
    journal.record(ended('a.0.0'));
    await journal.flush();
    expect(await read()).toEqual(['a.0.0']);
  });

  test('that was deleted keeps what was not yet known to be on the disk', async () => {
    await journal.flush();
    journal.record(ended('a.0.0'));
    await fs.unlink(PATH);
    await journal.flush();
    expect(await read()).toEqual(['a.0.0']);
  });

  test('that moves to another place takes along what was not yet known to be on the disk', async () => {
    await journal.flush();
    journal.record(ended('a.0.0'));
    await fs.makeDirectory('/side/2/journals');
    await journal.moveTo('/side/2/journals/ada.jsonl');
    await journal.flush();
    expect(await read('/side/2/journals')).toEqual(['a.0.0']);
  });

  test.each(['append', 'sync', 'openAppend', 'attached'] as const)(
    'keeps its records while %s fails, and says why',
    async (operation) => {
      if (operation !== 'openAppend') await journal.flush();
      const heal = fs.faults.fail(operation, PATH, 'ENOSPC');
      journal.record(ended('a.0.0'));
      await expect(journal.flush()).rejects.toMatchObject({ detail: { reason: 'filesystem', code: 'ENOSPC' } });
      journal.record(ended('b.0.0'));
      await journal.flush().catch(() => undefined);
      heal();
      await journal.flush();
      expect(await read()).toEqual(['a.0.0', 'b.0.0']);
    },
  );

  test('is read once, though a failed sync had it written twice', async () => {
    await journal.flush();
    const heal = fs.faults.fail('sync', PATH, 'EIO', 1);
    journal.record({ t: 'give-back', claims: ['a.0.0'] });
    await expect(journal.flush()).rejects.toThrow();
    heal();
    await journal.flush();
    const text = (await fs.read(PATH)).bytes.toString();
    expect(text.match(/give-back/g)).toHaveLength(2);
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    expect(ledger.facts('a.0.0')?.givenBack).toEqual(['ada']);
  });

  test('that ends in the middle of a line costs that line alone', async () => {
    await journal.flush();
    journal.record(ended('a.0.0'));
    await journal.flush();
    await journal.close();
    const { bytes } = await fs.read(PATH);
    await fs.write(PATH, Buffer.concat([bytes, Buffer.from('{"n":2,"t":"en')]));
    journal.record(ended('b.0.0'));
    await journal.flush();
    expect(await read()).toEqual(['a.0.0', 'b.0.0']);
  });

  test('flushed twice at once forgets nothing that was recorded meanwhile', async () => {
    await journal.flush();
    journal.record(ended('a.0.0'));
    const heal = fs.faults.fail('append', PATH, 'ENOSPC');
    const recordedMeanwhile = fs.faults.before(({ operation }) => {
      if (operation !== 'sync') return;
      recordedMeanwhile();
      journal.record(ended('b.0.0'));
      journal.record(ended('c.0.0'));
    });
    await Promise.allSettled([journal.flush(), journal.flush()]);
    heal();
    await journal.flush();
    expect(await read()).toEqual(['a.0.0', 'b.0.0', 'c.0.0']);
  });
});

describe('a ledger', () => {
  test('reads on where it has got to, and never half a line', async () => {
    await journal.flush();
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    const line = Buffer.from('{"n":1,"t":"end","claim":"a.0.0","entry":0,"at":"","took":1,"code":0}\n');
    const { bytes } = await fs.read(PATH);
    await fs.write(PATH, Buffer.concat([bytes, line.subarray(0, 20)]));
    await ledger.refresh();
    expect(ledger.facts('a.0.0')).toBeUndefined();
    await fs.write(PATH, Buffer.concat([bytes, line]));
    await ledger.refresh();
    expect(ledger.facts('a.0.0')?.ended?.succeeded).toBe(true);
    expect(ledger.unreadable).toBe(0);
  });

  test('hears one whose journal no listing shows yet', async () => {
    journal.record(ended('a.0.0'));
    await journal.flush();
    fs.faults.before(({ operation }) => {
      if (operation === 'list') throw systemError('EIO', 'list', FOLDER);
    });
    const ledger = new Ledger(fs, FOLDER);
    await ledger.hear('ada');
    expect(ledger.facts('a.0.0')?.ended?.succeeded).toBe(true);
    await ledger.hear('ben');
  });

  test.each([
    ['ada', 'ben'],
    ['ben', 'ada'],
  ])('keeps the later revision of two who have put the same back (%s first)', async (first, second) => {
    for (const [worker, revision] of [[first, 3] as const, [second, 5] as const]) {
      const one = new Journal(fs, `${FOLDER}/${worker}.jsonl`, FIRST);
      one.record({ t: 'requeue', claim: 'a.0.0', why: worker, revision });
      await one.flush();
    }
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    expect(ledger.facts('a.0.0')?.requeued).toEqual({ worker: second, why: second, revision: 5 });
  });

  test('says by its first line whose it is', async () => {
    await journal.flush();
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    expect(ledger.identityOf('ada')).toEqual(IDENTITY);
  });

  test('counts lines that it cannot read, and goes on', async () => {
    await fs.write(PATH, Buffer.from(`nonsense\n{"n":1,"t":"from the future"}\n{"n":2,"t":"leave","at":""}\n`));
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    expect(ledger.unreadable).toBe(2);
    expect(ledger.hasLeft('ada')).toBe(true);
  });

  test('takes a worker that writes on after its leave for one that has not left', async () => {
    await fs.write(
      PATH,
      Buffer.from(`{"n":1,"t":"leave","at":""}\n{"n":2,"t":"requeue","claim":"a.0.0","why":""}\n`),
    );
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    expect(ledger.hasLeft('ada')).toBe(false);
  });

  test('keeps the newest of two revisions with the same content, in whatever order it reads them', async () => {
    const revision = (n: number, print: string): string =>
      `${JSON.stringify({ n: 0, t: 'revision', revision: n, hash: 'abc', print })}\n`;
    await fs.write(`${FOLDER}/a.jsonl`, Buffer.from(revision(5, 'new')));
    await fs.write(`${FOLDER}/b.jsonl`, Buffer.from(revision(1, 'old')));
    const ledger = new Ledger(fs, FOLDER);
    await ledger.refresh();
    expect(ledger.revisionOf('abc')).toMatchObject({ revision: 5, print: 'new' });
  });
});
