import { Survey } from '../../src/survey/survey.js';
import type { Snapshot, StateName } from '../../src/survey/types.js';
import { SCHEDULE, type Site } from './protocol.js';

/** Somebody who only looks; on a host of its own with `elsewhere`. */
export function surveyOf(site: Site, { elsewhere = false, name = 'eve' } = {}): Survey {
  return new Survey({
    fs: site.fs.client({ name, lag: 0 }),
    clock: site.clock,
    probes: {
      processStart: (pid) => Promise.resolve(site.gone.has(pid) ? 'gone' : '1'),
      slurmState: () => Promise.resolve('unknown' as const),
    },
    identity: {
      worker: `${name}-desk`,
      hostname: elsewhere ? `${name}-host` : 'node1',
      user: 'ada',
      pid: 1,
      machineId: elsewhere ? `${name}-machine` : 'machine-1',
      bootId: elsewhere ? `${name}-boot` : 'boot-1',
      pidNamespace: elsewhere ? `${name}-pids` : 'pid:[1]',
      processStart: '1',
    },
    schedule: SCHEDULE,
  });
}

export function statesOf(snapshot: Snapshot): StateName[] {
  return Array.from({ length: snapshot.text.count }, (_, entry) => snapshot.stateOf(entry).is);
}

/** The totals, without those that are 0. */
export function totalsOf(snapshot: Snapshot): Partial<Record<StateName, number>> {
  return Object.fromEntries(Object.entries(snapshot.totals).filter(([, count]) => count > 0));
}
