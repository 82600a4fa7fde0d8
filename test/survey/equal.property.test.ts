import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Claim } from '../../src/claim/choose.js';
import { Site, type Hand } from '../support/protocol.js';
import type { FakeRun } from '../support/fake-spawner.js';
import { statesOf, surveyOf, totalsOf } from '../support/survey.js';

/** A worker as a person would keep books of it. */
interface Booked {
  readonly hand: Hand;
  readonly held: Claim[];
  readonly running: { readonly claim: Claim; readonly run: FakeRun }[];
  isDead: boolean;
}

type Step = readonly [what: 'claim' | 'begin' | 'succeed' | 'fail' | 'kill' | 'recover' | 'add', who: number];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Step[0][]>(
      'claim',
      'claim',
      'begin',
      'begin',
      'begin',
      'succeed',
      'fail',
      'kill',
      'recover',
      'add',
    ),
    fc.nat(3),
  ),
  { minLength: 5, maxLength: 25 },
);

/** Entries whose end is known, by what became of them. */
interface Ended {
  succeeded: number;
  failed: number;
}

async function take(site: Site, [what, who]: Step, workers: Booked[], ended: Ended): Promise<void> {
  const worker = workers[who % workers.length];
  if (!worker || worker.isDead) return;
  const { hand, held, running } = worker;
  if (what === 'claim') held.push(...(await hand.claim(1 + (who % 3))));
  if (what === 'begin') await begin(worker);
  // Only when nothing is left to start, as workers do.
  if (what === 'recover' && held.length === 0) await hand.recover();
  if (what === 'add') await site.edit((entries) => [...entries, ['a'], ['new', String(entries.length)]]);
  if (what === 'succeed' || what === 'fail') {
    const [first] = running.splice(0, 1);
    if (!first) return;
    ended[what === 'succeed' ? 'succeeded' : 'failed']++;
    first.run.exit(what === 'succeed' ? 0 : 1);
    await site.clock.advance(10);
  }
  if (what === 'kill') {
    worker.isDead = true;
    site.kill(hand);
  }
}

async function begin({ hand, held, running }: Booked): Promise<void> {
  const claim = held.shift();
  if (!claim) return;
  await hand.begin(claim);
  running.push({ claim, run: hand.runs.at(-1) as FakeRun });
}

test('equal entries are counted right whatever workers do, and whoever is killed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'a', 'b', 'c'), { minLength: 1, maxLength: 8 }),
      steps,
      async (commands, taken) => {
        const site = await Site.with(commands.map((command) => [command]));
        const workers: Booked[] = ['ada', 'ben', 'cyd'].map((name) => ({
          hand: site.worker(name, { script: () => undefined, batch: 2 }),
          held: [],
          running: [],
          isDead: false,
        }));
        const survey = surveyOf(site);
        const ended = { succeeded: 0, failed: 0 };
        for (const step of taken) {
          await take(site, step, workers, ended);
          // A kill is noticed within seconds.
          await site.clock.advance(3000);
          const alive = workers.filter(({ isDead }) => !isDead);
          const count = (of: readonly Booked[], what: 'held' | 'running'): number =>
            of.reduce((sum, one) => sum + one[what].length, 0);
          const expected = {
            claimed: count(alive, 'held'),
            running: count(alive, 'running'),
            lost: count(
              workers.filter(({ isDead }) => isDead),
              'running',
            ),
            ...ended,
          };
          for (const snapshot of [await survey.look(), await surveyOf(site).look()]) {
            const { totals, text } = snapshot;
            expect(totals).toMatchObject(expected);
            const done = expected.claimed + expected.running + expected.lost + ended.succeeded + ended.failed;
            expect(totalsOf(snapshot).pending ?? 0).toBe(text.count - done);
            expect(statesOf(snapshot).filter((state) => state === 'running')).toHaveLength(totals.running);
            const listed = snapshot.workers.flatMap(({ running }) => running);
            expect(new Set(listed).size).toBe(expected.running);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
