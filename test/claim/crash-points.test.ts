import { describe, expect, test } from 'vitest';
import { Site, type Hand, type Script, type WorkerOptions } from '../support/protocol.js';

const three = [['a'], ['b'], ['c']];

interface Story {
  readonly ada: WorkerOptions;
  readonly ben: WorkerOptions;
  /** What happens to ada once it stands still, before ben comes. */
  readonly befall: (site: Site, ada: Hand) => void;
  /** Whether ben is to watch ada's heartbeat stand still first. */
  readonly watch?: boolean;
  /** Whether ben looks after ada alone, and claims nothing. */
  readonly onlyLooks?: boolean;
  /** Whether ada goes on when ben has finished. */
  readonly wakes: boolean;
}

const stories: Record<string, Story> = {
  'is killed, and its process is seen to be gone': {
    ada: { batch: 2 },
    ben: { batch: 2 },
    befall: (site, ada) => site.kill(ada),
    wakes: false,
  },
  'is killed on another host, and only suspected': {
    ada: { batch: 2, elsewhere: true },
    ben: { batch: 2, elsewhere: true },
    befall: () => undefined,
    watch: true,
    wakes: false,
  },
  'goes down with its machine, which comes up again': {
    ada: { batch: 2 },
    ben: { batch: 2, boot: 'boot-2' },
    befall: () => undefined,
    wakes: false,
  },
  'is stopped for long, and goes on after all': {
    ada: { batch: 2, elsewhere: true },
    ben: { batch: 2, elsewhere: true },
    befall: () => undefined,
    watch: true,
    wakes: true,
  },
  'is stopped for long, and goes on when what it had is offered again and nobody has it': {
    ada: { batch: 2, elsewhere: true },
    ben: { batch: 2, elsewhere: true },
    befall: () => undefined,
    watch: true,
    onlyLooks: true,
    wakes: true,
  },
  'is stopped for a while, and goes on': {
    ada: { batch: 2 },
    ben: { batch: 2 },
    befall: () => undefined,
    wakes: true,
  },
};

/** Stops ada before its `n`-th operation, lets ben finish, and a third worker look after what is left. */
async function tell(story: Story, n: number, stopAda?: (ada: Hand) => void): Promise<boolean> {
  const site = await Site.with(three);
  const script: Script = (run) => run.exit(0);
  const ada = site.worker('ada', { script, ...story.ada });
  const gate = ada.stopBefore(n);
  const work = ada.work();
  work.catch(() => undefined);
  stopAda?.(ada);
  await site.clock.advance(1000);
  const { reached } = gate;
  if (reached) story.befall(site, ada);
  const ben = site.worker('ben', story.ben);
  await site.until(ben.claimer.book());
  if (reached && story.watch) await ben.watchLong();
  const first = story.onlyLooks ? await ben.recover() : await ben.finish();
  if (story.wakes || !reached) {
    gate.wake();
    await site.until(work);
  }
  const cyd = site.worker('cyd', story.ben);
  if (reached && story.watch && !story.wakes) await cyd.watchLong();
  const { findings } = await cyd.finish();
  const where = gate.calls.join();
  const pending = await site.pending();
  expect(pending, where).toEqual([]);
  const spawned = site.spawns.map(({ command }) => command).toSorted();
  expect(new Set(spawned).size, `${where}: ${spawned.join()}`).toBe(spawned.length);
  for (const { marks, command } of site.spawns) expect(await marks, `${where}: ${command}`).toBe(1);
  const lost = findings?.lost.map(({ id }) => id.hash) ?? [];
  const open = lost.length + (findings?.running ?? 0);
  // Started and never spawned: nobody can tell, so it counts as lost, or as running where nothing is proven.
  expect(spawned.length + open, `${where}: ran ${spawned.join()}, open ${open}`).toBeGreaterThanOrEqual(3);
  if (story.wakes) expect(spawned, where).toEqual(['a', 'b', 'c']);
  if ('failed' in first) expect(first.failed).toBe(0);
  return reached;
}

describe.each(Object.entries(stories))('a worker that %s', (_name, story) => {
  test('at any operation, leaves nothing lost and makes nothing run twice', async () => {
    const problems: string[] = [];
    let n = 1;
    for (let reached = true; reached && n < 400; n++) {
      reached = await tell(story, n).catch((error: unknown) => {
        problems.push(`${n}: ${(error as Error).message.split('\n')[0] ?? ''}`);
        return true;
      });
    }
    expect(problems).toEqual([]);
    expect(n).toBeGreaterThan(50);
  });
});
