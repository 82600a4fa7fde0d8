import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ranTwice } from '../support/chaos-evidence.js';
import { Random } from '../support/random.js';
import { whyNoWrongClocks } from '../support/storm-clock.js';
import { DISKS, whyNot, type DiskKind } from '../support/storm-disk.js';
import { judge, type Verdict } from '../support/storm-judge.js';
import { table } from '../support/storm-table.js';
import { storm, stormSandbox, type StormOptions } from './storm.js';

const { CHAOS_MINUTES = '10', CHAOS_SEED, CHAOS_DISKS, CHAOS_KEEP } = process.env;
const minutes = Number(CHAOS_MINUTES);
const firstSeed = Number(CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const LONGEST_STORM_S = 45;
/** More than can be worked off meanwhile. */
const ENTRIES_PER_S = 18;

const COMMON = { workers: 10, staleMs: 1000 };

async function oneStorm(options: StormOptions, seed: number): Promise<Verdict> {
  const random = new Random(seed);
  const { sandbox, disk } = stormSandbox(options, random);
  try {
    const report = await storm(sandbox, disk, options, random);
    const verdict = judge(sandbox, report);
    const found = Object.entries(verdict.violations).filter(([, list]) => list.length > 0);
    console.log(
      `${options.disk}, CHAOS_SEED=${seed}: ${verdict.executions} executions; ` +
        (found.length === 0 ? 'all held' : JSON.stringify(Object.fromEntries(found), null, 1)),
    );
    if (found.length > 0 && CHAOS_KEEP) {
      cpSync(sandbox.dir, `${CHAOS_KEEP}/${seed}`, { recursive: true });
      // On a small disk it lies elsewhere.
      const sidecar = `${sandbox.schedule}.cooperate`;
      cpSync(sidecar, `${CHAOS_KEEP}/${seed}.cooperate`, { recursive: true });
    }
    return verdict;
  } finally {
    sandbox.end();
    disk.close();
    sandbox.remove();
  }
}

describe(`everything at once for ${minutes} minutes`, () => {
  it('runs nothing twice, loses nothing and is readable all the time', async () => {
    if (whyNoWrongClocks !== undefined) console.log(`clocks are right: ${whyNoWrongClocks}`);
    const kinds = (CHAOS_DISKS?.split(',') ?? DISKS) as readonly DiskKind[];
    const usable = kinds.filter((kind) => {
      const why = whyNot(kind);
      if (why !== undefined) console.log(`no ${kind}: ${why}`);
      return why === undefined;
    });
    const verdicts = new Map<string, Verdict[]>(usable.map((kind) => [kind, []]));
    const seconds = Math.min(LONGEST_STORM_S, (minutes * 60) / usable.length);
    const end = performance.now() + minutes * 60_000;
    for (let n = 0; performance.now() < end; n++) {
      const disk = usable[n % usable.length] ?? 'plain';
      const options = {
        ...COMMON,
        worker: 'cooperate',
        disk,
        seconds,
        entries: ENTRIES_PER_S * seconds,
      } as const;
      verdicts.get(disk)?.push(await oneStorm(options, firstSeed + n));
    }
    console.log(table(verdicts));
    const found = [...verdicts.values()].flat().flatMap(({ violations }) => Object.values(violations).flat());
    expect(found).toEqual([]);
  });

  it('runs entries twice with a plain lock, so the test above can fail', async () => {
    const random = new Random(firstSeed);
    const options = {
      ...COMMON,
      worker: 'mutant',
      disk: 'plain',
      seconds: 60,
      entries: 2000,
      staleMs: 2000,
    } as const;
    const { sandbox, disk } = stormSandbox(options, random);
    try {
      const began = performance.now();
      await storm(sandbox, disk, options, random);
      expect(ranTwice(sandbox)).toBe(true);
      console.log(`the mutant ran an entry twice after ${((performance.now() - began) / 1000).toFixed(0)} s`);
    } finally {
      sandbox.remove();
    }
  });
});
