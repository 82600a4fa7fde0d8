import { describe, expect, test } from 'vitest';
import type { Book } from '../../src/claim/book.js';
import { requeue } from '../../src/claim/requeue.js';
import type { Accepted } from '../../src/claim/requeue-decide.js';
import { slotsIn } from '../../src/claim/state.js';
import { slotHash } from '../../src/schedule/slots.js';
import { Site, type Hand, type Script, type WorkerOptions } from '../support/protocol.js';

const fiveEntries = [['a'], ['b'], ['a'], ['c'], ['d']];
/** `d` succeeds. */
const fails: Script = (run, command) => run.exit(command === 'd' ? 0 : 1);

const FAILED = [
  ['a', 0],
  ['a', 2],
  ['b', 1],
] as const;

interface Story {
  readonly desk: WorkerOptions;
  readonly ben: WorkerOptions;
  readonly befall: (site: Site, desk: Hand) => void;
  readonly watch?: boolean;
  readonly wakes: boolean;
}

const stories: Record<string, Story> = {
  'is killed, and seen to be gone': {
    desk: {},
    ben: { batch: 2 },
    befall: (site, desk) => site.kill(desk),
    wakes: false,
  },
  'is killed on another host': {
    desk: { elsewhere: true },
    ben: { batch: 2, elsewhere: true },
    befall: () => undefined,
    watch: true,
    wakes: false,
  },
  'is stopped while workers work, and goes on when they are done': {
    desk: { elsewhere: true },
    ben: { batch: 2, elsewhere: true },
    befall: () => undefined,
    watch: true,
    wakes: true,
  },
};

const wish = (command: string, entry: number, accepts: readonly Accepted[]) => ({
  hash: slotHash([command]),
  entry,
  accepts,
});

async function putBack(desk: Hand, commands: readonly (readonly [string, number])[], accepts: Accepted[]) {
  const wishes = commands.map(([command, entry]) => wish(command, entry, accepts));
  const mayTake = () => Promise.resolve(true);
  const done = await requeue(desk.claimer, { wishes, why: 'asked for', by: 'ada@node1', mayTake });
  await desk.claimer.close();
  await desk.claimer.leave();
  await desk.lock.close();
  return done;
}

/** Every slot, and how often its command was spawned for it. */
async function slots(book: Book): Promise<Map<string, string>> {
  await book.ledger.refresh();
  const all = new Map<string, string>();
  for (const [hash, copies] of slotsIn(await book.cells.allNames()))
    for (const [copy, { is, generation }] of await book.states(hash, copies))
      all.set(`${hash}.${copy}`, `${is} ${generation}`);
  return all;
}

/** The desk stands still before its `n`-th operation; what a second desk and two workers make of it. */
async function tell(story: Story, n: number): Promise<boolean> {
  const site = await Site.with(fiveEntries);
  await site.worker('ada', { script: fails, batch: 5 }).finish();
  const desk = site.worker('eve-desk', story.desk);
  const gate = desk.stopBefore(n);
  const putting = putBack(desk, FAILED, ['failed', 'put-back']);
  putting.catch(() => undefined);
  await site.clock.advance(1000);
  const { reached } = gate;
  const where = gate.calls.join();
  if (reached) story.befall(site, desk);
  const ben = site.worker('ben', story.ben);
  await ben.book();
  if (reached && story.watch) await ben.watchLong();
  await ben.finish();
  if (story.wakes || !reached) {
    gate.wake();
    await site.until(putting);
  }
  if (!reached) expect(site.count('a') + site.count('b'), 'undisturbed').toBe(6);

  // Whatever came of the first, the second has it as it wants it.
  const open = [...(await slots(await site.worker('cyd', story.ben).book()))];
  const stillFailed = open.filter(([, state]) => state === 'failed 0').map(([name]) => name.split('.')[0]);
  const second = site.worker('fay-desk', story.ben);
  const wanted = FAILED.filter(([command]) => {
    const at = stillFailed.indexOf(slotHash([command]));
    if (at >= 0) stillFailed.splice(at, 1);
    return at >= 0;
  });
  await site.until(putBack(second, wanted, ['failed', 'put-back']));
  const gus = site.worker('gus', story.ben);
  await gus.book();
  if (reached && story.watch) await gus.watchLong();
  await gus.finish();

  expect(await site.pending(), where).toEqual([]);
  expect([site.count('a'), site.count('b'), site.count('c'), site.count('d')], where).toEqual([4, 2, 1, 1]);
  expect(new Set(site.spawns.map(({ claim }) => claim)).size, where).toBe(8);
  for (const { marks, command } of site.spawns)
    expect(await marks, `${where}: ${command}`).toBeGreaterThanOrEqual(1);
  return reached;
}

describe.each(Object.entries(stories))('a process that puts entries back and %s', (_name, story) => {
  test('at any operation leaves no entry lost, and none runs twice in one generation', async () => {
    const problems: string[] = [];
    let n = 1;
    for (let reached = true; reached && n < 300; n++) {
      reached = await tell(story, n).catch((error: unknown) => {
        problems.push(`${n}: ${(error as Error).message.split('\n').slice(0, 12).join(' ')}`);
        return true;
      });
    }
    expect(problems).toEqual([]);
    expect(n).toBeGreaterThan(30);
  });
});
