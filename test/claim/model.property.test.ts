import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pretty, Site, type Hand } from '../support/protocol.js';
import { append } from '../../src/claim/append.js';
import type { Claim } from '../../src/claim/choose.js';
import type { Desk } from '../../src/claim/desk.js';
import { replace } from '../../src/claim/replace.js';

/** What a worker has in hand. */
interface Bench {
  readonly hand: Hand;
  held: Claim[];
}

/** Everybody who works on one schedule, led step by step. */
class World {
  readonly benches: Bench[] = [];
  readonly saved: string[] = [];
  /** The user's last word, without marks. */
  wanted: string[][];
  /** Commands with a mark in an old copy that was saved: that is the user's word, as a mark made by hand is. */
  readonly markedByOldCopy = new Set<string>();
  /** Runs before the schedule was replaced. */
  before = 0;
  #born = 0;

  constructor(
    readonly site: Site,
    entries: string[][],
  ) {
    this.wanted = entries;
    this.hire();
    this.hire();
  }

  hire(): void {
    this.benches.push({ hand: this.site.worker(`w${this.#born++}`, { script: () => undefined }), held: [] });
  }

  bench(n: number): Bench {
    return this.benches[n % this.benches.length] as Bench;
  }

  /** Changes the schedule as a command does that comes and goes. */
  async change(work: (desk: Desk) => Promise<unknown>): Promise<void> {
    const { claimer, lock } = this.site.worker(`d${this.#born++}-desk`);
    await this.site.until(work(claimer));
    await this.site.until(claimer.close().then(() => claimer.leave()));
    await lock.close();
  }

  async save(entries: string[][], indent: number): Promise<void> {
    this.wanted = entries.map((entry) => entry.filter((word) => word !== 'executed'));
    await this.site.write(indent === 0 ? pretty(entries) : JSON.stringify(entries, undefined, indent));
  }

  async checkFile(): Promise<void> {
    const entries = await this.site.entries();
    expect(entries.map((entry) => entry.filter((word) => word !== 'executed'))).toEqual(this.wanted);
  }
}

type Step = (world: World) => Promise<void>;

const steps = {
  claim:
    (n: number, wanted: number): Step =>
    async (world) => {
      const bench = world.bench(n);
      if (bench.held.length === 0) bench.held = [...(await bench.hand.claim(wanted))];
    },
  start:
    (n: number): Step =>
    async (world) => {
      const bench = world.bench(n);
      await bench.hand.begin(bench.held.shift());
    },
  end:
    (n: number, code: number): Step =>
    async (world) => {
      world.bench(n).hand.runs.at(-1)?.exit(code);
      await world.site.clock.advance(0);
    },
  crash:
    (n: number): Step =>
    async (world) => {
      const [{ hand }] = world.benches.splice(n % world.benches.length, 1) as [Bench];
      world.site.kill(hand);
      world.hire();
      await world.site.clock.advance(0);
    },
  recover:
    (n: number): Step =>
    async (world) => {
      await world.bench(n).hand.recover();
    },
  edit:
    (kind: 'unmark' | 'add' | 'delete' | 'move' | 'mark', at: number, indent: number): Step =>
    async (world) => {
      world.saved.push(await world.site.bytes());
      const entries = await world.site.entries();
      const index = at % Math.max(1, entries.length);
      const entry = entries[index] ?? ['x'];
      if (kind === 'unmark' && entry[0] === 'executed') entry.shift();
      if (kind === 'mark' && entry[0] !== 'executed') entry.unshift('executed');
      if (kind === 'add') entries.splice(index, 0, [['x'], ['y'], ['z']][at % 3] as string[]);
      if (kind === 'delete') entries.splice(index, 1);
      if (kind === 'move') entries.push(...entries.splice(index, 1));
      await world.save(entries, indent);
    },
  old:
    (at: number): Step =>
    async (world) => {
      const text = world.saved[at % Math.max(1, world.saved.length)];
      if (text === undefined) return;
      const entries = JSON.parse(text) as string[][];
      for (const [first, command = ''] of entries) if (first === 'executed') world.markedByOldCopy.add(command);
      await world.save(entries, at % 2);
    },
  append:
    (at: number, count: number): Step =>
    async (world) => {
      const added = Array.from({ length: count }, (_, i) => ['x', 'y', 'z', 'u'][(at + i) % 4] as string);
      const lines = added.map((command) => JSON.stringify([command]));
      await world.change((desk) => append(desk, () => lines, never));
      world.wanted.push(...added.map((command) => [command]));
    },
  replace:
    (at: number): Step =>
    async (world) => {
      const made = [['x'], ['y'], ['z'], ['v']].slice(0, 1 + at);
      const lines = made.map((entry) => JSON.stringify(entry));
      await world.change((desk) => replace(desk, lines, never));
      world.wanted = made;
      world.before = world.site.ran.length;
      world.markedByOldCopy.clear();
    },
};

const never = new AbortController().signal;
const some = fc.nat({ max: 5 });
const step: fc.Arbitrary<[keyof typeof steps, unknown[]]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constant('claim' as const), fc.tuple(some, fc.integer({ min: 1, max: 3 }))),
  },
  { weight: 5, arbitrary: fc.tuple(fc.constant('start' as const), fc.tuple(some)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('end' as const), fc.tuple(some, fc.constantFrom(0, 0, 1))) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const), fc.tuple(some)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('recover' as const), fc.tuple(some)) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('edit' as const),
      fc.tuple(fc.constantFrom('unmark', 'add', 'delete', 'move'), some, fc.constantFrom(0, 2, 4)),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('old' as const), fc.tuple(some)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('append' as const), fc.tuple(some, fc.nat({ max: 3 }))) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('replace' as const), fc.tuple(some)) },
);

test('whatever workers and the user do in whatever order, nothing runs twice and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (list) => {
      const entries = [['x'], ['y'], ['x'], ['z']];
      const site = await Site.with(entries);
      const world = new World(site, entries);
      for (const [name, args] of list) {
        await (steps[name] as (...all: unknown[]) => Step)(...args)(world);
        await world.checkFile();
        await nothingTwice(site);
      }
      for (const { hand, held } of world.benches) {
        for (const claim of held) await hand.begin(claim);
        for (const run of hand.runs) run.exit(0);
      }
      await site.clock.advance(10);
      const { findings } = await site.worker('last').finish();
      await world.checkFile();
      await nothingTwice(site);
      expect(await site.pending()).toEqual([]);
      const accounted = new Set([...site.ran.slice(world.before), ...world.markedByOldCopy]);
      if (findings?.lost.length === 0)
        expect(world.wanted.flat().filter((one) => !accounted.has(one))).toEqual([]);
    }),
    { numRuns: Number(process.env['MODEL_RUNS'] ?? 150), endOnFailure: true },
  );
});

/** A slot's generation is spawned once in an epoch, and always with a mark in the file. */
async function nothingTwice(site: Site): Promise<void> {
  const claims = await Promise.all(site.spawns.map(async ({ claim, epoch }) => `${await epoch}/${claim}`));
  expect(new Set(claims).size).toBe(claims.length);
}
