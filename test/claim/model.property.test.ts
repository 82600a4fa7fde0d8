import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pretty, Site, type Hand } from '../support/protocol.js';
import type { Claim } from '../../src/claim/choose.js';

/** What a worker has in hand. */
interface Desk {
  readonly hand: Hand;
  held: Claim[];
}

/** Everybody who works on one schedule, led step by step. */
class World {
  readonly desks: Desk[] = [];
  readonly saved: string[] = [];
  /** The user's last word, without marks. */
  wanted: string[][];
  /** Commands with a mark in an old copy that was saved: that is the user's word, as a mark made by hand is. */
  readonly markedByOldCopy = new Set<string>();
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
    this.desks.push({ hand: this.site.worker(`w${this.#born++}`, { script: () => undefined }), held: [] });
  }

  desk(n: number): Desk {
    return this.desks[n % this.desks.length] as Desk;
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
      const desk = world.desk(n);
      if (desk.held.length === 0) desk.held = [...(await desk.hand.claim(wanted))];
    },
  start:
    (n: number): Step =>
    async (world) => {
      const desk = world.desk(n);
      await desk.hand.begin(desk.held.shift());
    },
  end:
    (n: number, code: number): Step =>
    async (world) => {
      world.desk(n).hand.runs.at(-1)?.exit(code);
      await world.site.clock.advance(0);
    },
  crash:
    (n: number): Step =>
    async (world) => {
      const [{ hand }] = world.desks.splice(n % world.desks.length, 1) as [Desk];
      world.site.kill(hand);
      world.hire();
      await world.site.clock.advance(0);
    },
  recover:
    (n: number): Step =>
    async (world) => {
      await world.desk(n).hand.recover();
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
};

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
      for (const { hand, held } of world.desks) {
        for (const claim of held) await hand.begin(claim);
        for (const run of hand.runs) run.exit(0);
      }
      await site.clock.advance(10);
      const { findings } = await site.worker('last').finish();
      await world.checkFile();
      await nothingTwice(site);
      expect(await site.pending()).toEqual([]);
      const accounted = new Set([...site.ran, ...world.markedByOldCopy]);
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
