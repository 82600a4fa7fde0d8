import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endsWhenSignalled } from '../support/ends-when-signalled.js';
import { Site, type Hand, type Script } from '../support/protocol.js';

const goesOn: Script = () => undefined;
const list = (count: number): string[][] => Array.from({ length: count }, (_, i) => [`e${i}`]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

async function until(site: Site, condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error('this does not come true');
    await site.clock.advance(20);
  }
}

async function running(site: Site, hand: Hand, count: number): Promise<void> {
  await until(site, () => hand.runs.length >= count);
}

const journalOf = async (site: Site, name: string): Promise<{ t: string; claim?: string }[]> => {
  const { bytes } = await site.fs.read(`/work/exp.json.cooperate/1/journals/${name}.jsonl`);
  const lines = bytes.toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as { t: string });
};

describe('a worker with several slots', () => {
  test('runs so many entries at once, never more, and each once', async () => {
    const site = await Site.with(list(60));
    let now = 0;
    let most = 0;
    const ada = site.worker('ada', {
      slots: 4,
      async script(run) {
        most = Math.max(most, ++now);
        await site.clock.wait(50 + (most % 7) * 10);
        now--;
        run.exit();
      },
    });
    const { ended, failed, findings } = await ada.finish();
    expect({ ended, failed, most, lost: findings?.lost }).toEqual({ ended: 60, failed: 0, most: 4, lost: [] });
    expect(new Set(site.ran).size).toBe(60);
    expect(site.ran).toHaveLength(60);
    expect(await site.pending()).toEqual([]);
  });

  test('tells each run its slot, and never two runs at once the same', async () => {
    const site = await Site.with(list(30));
    const taken = new Set<string>();
    const ada = site.worker('ada', {
      slots: 3,
      async script(run) {
        const slot = run.command.env['COOPERATE_SLOT'] ?? '';
        expect(taken).not.toContain(slot);
        taken.add(slot);
        await site.clock.wait(10);
        taken.delete(slot);
        run.exit();
      },
    });
    await ada.finish();
    const slots = ada.runs.map(({ command }) => command.env['COOPERATE_SLOT']);
    expect([...new Set(slots)].sort()).toEqual(['0', '1', '2']);
  });

  test('shares what is there with the slots of others', async () => {
    const site = await Site.with(list(40));
    const script: Script = async (run) => {
      await site.clock.wait(1000);
      run.exit();
    };
    const workers = ['ada', 'ben'].map((name) => site.worker(name, { slots: 4, script, elsewhere: true }));
    await Promise.all(workers.map((worker) => worker.finish()));
    expect(site.ran.toSorted()).toEqual(list(40).flat().toSorted());
    for (const { runs } of workers) expect(runs.length).toBeGreaterThan(10);
  });

  test('runs what is added while nothing else is pending and another slot is busy', async () => {
    const site = await Site.with([['long'], ['short']]);
    const ada = site.worker('ada', {
      slots: 2,
      script: (run, command) => (command === 'long' ? undefined : run.exit()),
    });
    const work = ada.work();
    await running(site, ada, 2);
    await site.clock.advance(1000);
    await site.edit((entries) => [...entries, ['added']]);
    await site.clock.advance(20_000);
    expect(site.ran).toEqual(['long', 'short', 'added']);
    ada.runs[0]?.exit();
    await site.until(work);
  });

  test('has what ended on the disk while another slot is busy for hours', async () => {
    const site = await Site.with([['long'], ['short']]);
    let syncs = 0;
    site.fs.faults.after(({ operation, path }) => {
      if (operation === 'sync' && path.endsWith('ada.jsonl')) syncs++;
    });
    const ada = site.worker('ada', { slots: 2, script: goesOn });
    const work = ada.work();
    await running(site, ada, 2);
    await site.clock.advance(1000);
    const before = syncs;
    ada.runs[1]?.exit();
    await site.clock.advance(1000);
    expect(syncs).toBe(before + 1);
    ada.runs[0]?.exit();
    await site.until(work);
  });

  test('gives back what is held while all its slots are busy', async () => {
    const site = await Site.with(list(6));
    const ada = site.worker('ada', { slots: 2, batch: 5, script: goesOn });
    const work = ada.work();
    await running(site, ada, 2);
    await vi.advanceTimersByTimeAsync(6000);
    await site.clock.advance(100);
    expect(await site.pending()).toEqual(['e2', 'e3', 'e4', 'e5']);
    await site.worker('ben').finish();
    for (const run of ada.runs) run.exit();
    await site.until(work);
    expect(site.ran.toSorted()).toEqual(list(6).flat());
  });

  test('goes on, and gives nothing back twice, when a slot is free before all is back', async () => {
    const site = await Site.with(list(6));
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const ada = site.worker('ada', {
      slots: 2,
      batch: 5,
      script: (run) => (site.spawns.length <= 2 ? undefined : run.exit()),
    });
    const work = ada.work();
    await running(site, ada, 2);
    const stop = site.fs.faults.before(({ client, to }) =>
      client === 'ada' && to?.endsWith('.requeued') ? answered : undefined,
    );
    await vi.advanceTimersByTimeAsync(6000);
    await site.clock.advance(100);
    ada.runs[0]?.exit();
    await site.clock.advance(100);
    stop();
    answer();
    ada.runs[1]?.exit();
    await site.until(work);
    expect(site.ran.toSorted()).toEqual(list(6).flat());
  });

  test('survives a sidecar that is deleted while all its slots are busy, and tells it once', async () => {
    const site = await Site.with(list(12));
    const ada = site.worker('ada', { slots: 4, batch: 4, script: goesOn });
    const work = ada.work();
    await running(site, ada, 4);
    await site.deleteSidecar();
    for (let i = 0; i < 12; i++) {
      await running(site, ada, i + 1);
      ada.runs[i]?.exit();
    }
    const { ended } = await site.until(work);
    expect(ended).toBe(12);
    expect(site.ran.toSorted()).toEqual(list(12).flat().toSorted());
    expect(ada.told('sidecar-anew')).toHaveLength(1);
  });

  test('runs nothing twice and loses nothing when it is killed with all slots busy', async () => {
    const site = await Site.with(list(9));
    const ada = site.worker('ada', { slots: 3, script: goesOn });
    void ada.work();
    await running(site, ada, 3);
    site.kill(ada);
    const ben = site.worker('ben', { slots: 3 });
    const { findings, ended } = await ben.finish();
    expect(findings?.lost.map(({ entry }) => entry).sort()).toEqual([0, 1, 2]);
    expect(ended).toBe(6);
    expect(site.ran).toHaveLength(9);
  });
});

describe('when a slot has a failure too many, the others', () => {
  test('run to their end, and what was held is free for others at once', async () => {
    const site = await Site.with(list(8));
    const ada = site.worker('ada', { slots: 3, batch: 6, maxFailures: 1, script: goesOn });
    const work = ada.work();
    await running(site, ada, 3);
    ada.runs[1]?.exit(1);
    await site.clock.advance(500);
    expect(await site.pending()).toEqual(['e3', 'e4', 'e5', 'e6', 'e7']);
    expect(ada.runs).toHaveLength(3);
    for (const run of ada.runs) run.exit();
    const { ended, failed } = await site.until(work);
    expect({ ended, failed }).toEqual({ ended: 3, failed: 1 });
    expect(ada.runs.flatMap(({ signals }) => signals)).toEqual([]);
    expect(ada.told('put-back')).toEqual([]);
  });

  test('may fail as well: all are counted', async () => {
    const site = await Site.with(list(8));
    const ada = site.worker('ada', { slots: 4, maxFailures: 2, script: goesOn });
    const work = ada.work();
    await running(site, ada, 4);
    for (const run of ada.runs) run.exit(1);
    expect(await site.until(work)).toMatchObject({ ended: 4, failed: 4, findings: undefined });
    expect(await site.pending()).toHaveLength(4);
    const files = (await site.fs.list('/work')).filter((name) => /^cooperate_\d+$/.test(name));
    expect(files.sort()).toEqual(['cooperate_0', 'cooperate_1', 'cooperate_2', 'cooperate_3']);
  });
});

describe('a run that breaks the program itself', () => {
  test('ends the worker with that error, but not the other runs, and what was held is pending again', async () => {
    const site = await Site.with(list(8));
    const ada = site.worker('ada', {
      slots: 2,
      batch: 5,
      script(run, command) {
        if (command === 'e1')
          Object.defineProperty(run, 'ended', { value: Promise.reject(new Error('broken')) });
      },
    });
    const caught = ada.work().catch((error: unknown) => error);
    await running(site, ada, 2);
    await site.clock.advance(500);
    expect(await site.pending()).toEqual(['e2', 'e3', 'e4', 'e5', 'e6', 'e7']);
    ada.runs[0]?.exit();
    expect(await site.until(caught)).toEqual(new Error('broken'));
    const ben = site.worker('ben');
    const { findings } = await ben.finish();
    expect(site.ran).toHaveLength(8);
    expect(ada.runs[0]?.signals).toEqual([]);
    expect(findings?.lost).toEqual([]);
  });
});

describe('told to stop with all slots busy, a worker', () => {
  test('signals all, puts back all, and says so once', async () => {
    const site = await Site.with(list(20));
    const ada = site.worker('ada', { slots: 8, batch: 12, script: endsWhenSignalled });
    const work = ada.work();
    await running(site, ada, 8);
    ada.stop.request('SIGINT');
    await site.until(work);
    expect(ada.runs.map(({ signals }) => signals)).toEqual(Array.from({ length: 8 }, () => ['SIGINT']));
    expect(await site.pending()).toHaveLength(20);
    expect(ada.told('put-back')).toEqual([
      { tell: 'put-back', entries: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    ]);
    await site.worker('ben', { slots: 2 }).finish();
    expect(site.ran).toHaveLength(28);
  });

  test('does not keep what it held from others while a command ignores the signal', async () => {
    const site = await Site.with(list(6));
    const ada = site.worker('ada', {
      slots: 2,
      batch: 4,
      script: (run, command) => (command === 'e0' ? endsWhenSignalled(run, command) : undefined),
    });
    const work = ada.work();
    await running(site, ada, 2);
    ada.stop.request('SIGTERM');
    await site.clock.advance(1000);
    expect(await site.pending()).toEqual(['e2', 'e3', 'e4', 'e5']);
    ada.runs[1]?.exit();
    await site.until(work);
    expect(ada.told('put-back')).toEqual([{ tell: 'put-back', entries: [0, 2, 3] }]);
    expect(await site.pending()).toEqual(['e0', 'e2', 'e3', 'e4', 'e5']);
  });

  test('kills all that still run at the second signal', async () => {
    const site = await Site.with(list(8));
    const ada = site.worker('ada', { slots: 4, script: goesOn });
    const work = ada.work();
    await running(site, ada, 4);
    ada.stop.request('SIGTERM');
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGTERM' });
    await site.clock.advance(10);
    ada.stop.request('SIGTERM');
    for (const run of ada.runs.slice(1)) run.end({ is: 'killed', signal: 'SIGKILL' });
    await site.until(work);
    expect(ada.runs.map(({ signals }) => signals.at(-1))).toEqual(['SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGKILL']);
    expect(await site.pending()).toHaveLength(8);
  });

  test('by Slurm with SIGUSR1, passes on SIGTERM, which no command takes for anything else', async () => {
    const site = await Site.with(list(3));
    const ada = site.worker('ada', { slots: 2, script: endsWhenSignalled });
    const work = ada.work();
    await running(site, ada, 2);
    ada.stop.request('SIGUSR1');
    await site.until(work);
    expect(ada.runs.flatMap(({ signals }) => signals)).toEqual(['SIGTERM', 'SIGTERM']);
    expect(ada.stop.signal).toBe('SIGUSR1');
    expect(await site.pending()).toHaveLength(3);
  });

  test('lets nobody see an end that is not journaled', async () => {
    const site = await Site.with(list(3));
    const ada = site.worker('ada', { slots: 3, script: endsWhenSignalled });
    const work = ada.work();
    await running(site, ada, 3);
    ada.stop.request('SIGTERM');
    await site.until(work);
    const lines = await journalOf(site, 'ada');
    expect(lines.filter(({ t }) => t === 'end')).toHaveLength(3);
    expect(lines.at(-1)?.t).toBe('leave');
  });
});
