import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BEATING_WITHIN_MS,
  HeartbeatWatch,
  LONGEST_GAP_MS,
  SUSPECT_AFTER_MS,
  SUSPECT_AFTER_READS,
  verdict,
  type Evidence,
} from '../../src/claim/dead.js';
import type { HostIdentity } from '../../src/ports/host.js';

const me: HostIdentity = {
  hostname: 'node1',
  user: 'ada',
  pid: 100,
  machineId: 'machine-1',
  bootId: 'boot-1',
  pidNamespace: 'pid:[1]',
  processStart: '5000',
};
const neighbour: HostIdentity = { ...me, pid: 200, processStart: '6000' };
const remote: HostIdentity = { ...neighbour, hostname: 'node2', machineId: 'machine-2', bootId: 'boot-2' };
const remoteJob: HostIdentity = { ...remote, slurm: { jobId: '77', cluster: 'alpha' } };

const beating = { unchangedForMs: 10_000, successfulReads: 1, moved: true };
const still = { unchangedForMs: SUSPECT_AFTER_MS, successfulReads: SUSPECT_AFTER_READS, moved: true };

describe('a worker in the same pid namespace of the same boot', () => {
  test('is alive while its pid has its start time', () => {
    expect(verdict(me, neighbour, { processStart: '6000' })).toBe('alive');
  });

  test('is alive even when its heartbeat stands still: a full disk is no death', () => {
    expect(verdict(me, neighbour, { processStart: '6000', heartbeat: still })).toBe('alive');
  });

  test('is dead at once when its pid is gone', () => {
    expect(verdict(me, neighbour, { processStart: 'gone' })).toBe('dead');
  });

  test('is dead when its pid is another process by now', () => {
    expect(verdict(me, neighbour, { processStart: '7000' })).toBe('dead');
  });

  test('is judged by its heartbeat when the process cannot be looked at', () => {
    expect(verdict(me, neighbour, {})).toBe('unknown');
    expect(verdict(me, neighbour, { heartbeat: still })).toBe('suspect');
    expect(verdict(me, { ...neighbour, processStart: undefined }, { processStart: '6000' })).toBe('unknown');
  });

  test('may call itself by another hostname, as containers do', () => {
    expect(verdict(me, { ...neighbour, hostname: 'container' }, { processStart: 'gone' })).toBe('dead');
  });
});

describe('a worker in a container of the same host', () => {
  const contained = { ...neighbour, pidNamespace: 'pid:[2]', hostname: 'c0ffee' };

  test('is never judged by its pid, which means another process here', () => {
    expect(verdict(me, contained, { processStart: 'gone' })).toBe('unknown');
    expect(verdict(me, contained, { processStart: '6000' })).toBe('unknown');
  });

  test('is judged by its heartbeat', () => {
    expect(verdict(me, contained, { heartbeat: beating })).toBe('alive');
    expect(verdict(me, contained, { heartbeat: still })).toBe('suspect');
  });
});

describe('a worker of the same machine before it rebooted', () => {
  const before = { ...neighbour, bootId: 'boot-0' };

  test('is over, and what it had not synced may be lost', () => {
    expect(verdict(me, before, {})).toBe('host-down');
    expect(verdict(me, before, { heartbeat: still })).toBe('host-down');
  });

  test('is not seen in a cloned machine that kept the machine id', () => {
    expect(verdict(me, { ...before, hostname: 'node2' }, {})).toBe('unknown');
  });

  test('is not seen in a machine of the same name', () => {
    expect(verdict(me, { ...before, machineId: 'machine-2' }, {})).toBe('unknown');
    expect(verdict({ ...me, machineId: undefined }, { ...before, machineId: undefined }, {})).toBe('unknown');
  });

  test('is alive after all when its heartbeat moves: somebody cloned name and machine id', () => {
    expect(verdict(me, before, { heartbeat: beating })).toBe('alive');
  });
});

describe('a worker of another host', () => {
  test('is suspect when its counter stood still for long and was read often', () => {
    expect(verdict(me, remote, { heartbeat: still })).toBe('suspect');
  });

  test.each([
    ['too short', { ...still, unchangedForMs: SUSPECT_AFTER_MS - 1 }],
    ['with too few reads', { ...still, successfulReads: SUSPECT_AFTER_READS - 1 }],
  ])('is still alive when that was %s', (_why, heartbeat) => {
    expect(verdict(me, remote, { heartbeat })).toBe('alive');
  });

  test('is unknown while nothing was seen of it', () => {
    expect(verdict(me, remote, {})).toBe('unknown');
    expect(verdict(me, remote, { heartbeat: HeartbeatWatch.start.observe(7, 0) })).toBe('unknown');
  });
});

describe('a worker in a Slurm job', () => {
  test('is dead when the job is in a final state', () => {
    expect(verdict(me, remoteJob, { slurm: 'final' })).toBe('dead');
  });

  test('is alive while the job is suspended, though its heartbeat stands still', () => {
    expect(verdict(me, remoteJob, { slurm: 'suspended', heartbeat: still })).toBe('alive');
  });

  test('is suspect in a running job: the job may hold a dead worker', () => {
    expect(verdict(me, remoteJob, { slurm: 'running', heartbeat: still })).toBe('suspect');
  });

  test('is judged by its heartbeat when the controller does not answer', () => {
    expect(verdict(me, remoteJob, { slurm: 'unknown' })).toBe('unknown');
    expect(verdict(me, remoteJob, { slurm: 'unknown', heartbeat: still })).toBe('suspect');
  });

  test('is not judged by a job of the same number in another cluster', () => {
    const here = { ...me, slurm: { jobId: '1', cluster: 'beta' } };
    expect(verdict(here, remoteJob, { slurm: 'final' })).toBe('unknown');
  });

  test('is alive when its heartbeat outlives the job', () => {
    expect(verdict(me, remoteJob, { slurm: 'final', heartbeat: beating })).toBe('alive');
  });
});

describe('whatever is known', () => {
  const id = (name: string) => fc.option(fc.constantFrom(`${name}-1`, `${name}-2`), { nil: undefined });
  const hosts: fc.Arbitrary<HostIdentity> = fc.record({
    hostname: fc.constantFrom('node1', 'node2'),
    user: fc.constant('ada'),
    pid: fc.integer({ min: 1, max: 3 }),
    machineId: id('machine'),
    bootId: id('boot'),
    pidNamespace: id('pid'),
    processStart: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    slurm: fc.option(fc.record({ jobId: fc.constant('7'), cluster: id('cluster') }), { nil: undefined }),
  });
  const evidences: fc.Arbitrary<Evidence> = fc.record({
    processStart: fc.option(fc.constantFrom('1', '2', 'gone'), { nil: undefined }),
    slurm: fc.option(fc.constantFrom('final', 'suspended', 'running', 'unknown'), { nil: undefined }),
    heartbeat: fc.option(
      fc.record({
        unchangedForMs: fc.integer({ min: 0, max: 2 * SUSPECT_AFTER_MS }),
        successfulReads: fc.integer({ min: 0, max: 2 * SUSPECT_AFTER_READS }),
        moved: fc.boolean(),
      }),
      { nil: undefined },
    ),
  });
  const holds = (rule: (here: HostIdentity, there: HostIdentity, evidence: Evidence) => void): void => {
    fc.assert(fc.property(hosts, hosts, evidences, rule), { numRuns: 3000 });
  };
  const sameProcesses = (here: HostIdentity, there: HostIdentity): boolean =>
    here.bootId !== undefined &&
    here.bootId === there.bootId &&
    here.pidNamespace !== undefined &&
    here.pidNamespace === there.pidNamespace;

  test('nobody is dead across hosts without the word of Slurm', () => {
    holds((here, there, evidence) => {
      if (sameProcesses(here, there) || evidence.slurm === 'final') return;
      expect(verdict(here, there, evidence)).not.toBe('dead');
    });
  });

  test('nobody is dead by the heartbeat alone', () => {
    holds((here, there, { heartbeat }) => {
      const answer = verdict(here, { ...there, machineId: 'elsewhere' }, { heartbeat });
      expect(['alive', 'suspect', 'unknown']).toContain(answer);
    });
  });

  test('no host is down that has not the same name, the same machine id and another boot id', () => {
    holds((here, there, evidence) => {
      if (verdict(here, there, evidence) !== 'host-down') return;
      expect(there).toMatchObject({ hostname: here.hostname, machineId: here.machineId });
      expect([here.machineId, here.bootId, there.bootId]).not.toContain(undefined);
      expect(there.bootId).not.toBe(here.bootId);
    });
  });

  test('nobody is given up whose heartbeat moves, but for one whose process is seen to be gone', () => {
    holds((here, there, evidence) => {
      if (sameProcesses(here, there) || evidence.heartbeat === undefined) return;
      const heartbeat = { ...evidence.heartbeat, moved: true, unchangedForMs: BEATING_WITHIN_MS - 1 };
      expect(verdict(here, there, { ...evidence, heartbeat })).toBe('alive');
    });
  });

  test('a process is never judged by the pid of another namespace or boot', () => {
    holds((here, there, evidence) => {
      if (sameProcesses(here, there)) return;
      const { processStart: _unseen, ...rest } = evidence;
      expect(verdict(here, there, evidence)).toBe(verdict(here, there, rest));
    });
  });
});

describe('the watch on a heartbeat', () => {
  /** Reads of one counter, so many milliseconds apart. */
  function watching(
    counter: number,
    reads: number,
    everyMs: number,
    from = HeartbeatWatch.start,
  ): HeartbeatWatch {
    return Array.from({ length: reads }, (_, index) => index * everyMs).reduce(
      (watch, now) => watch.observe(counter, now),
      from,
    );
  }

  test('counts from the first read of a counter to the last', () => {
    const watch = watching(7, 7, 30_000);
    expect(watch).toMatchObject({ unchangedForMs: 180_000, successfulReads: 7, moved: false });
    expect(verdict(me, remote, { heartbeat: watch })).toBe('suspect');
  });

  test('starts again when the counter moves, and remembers that it did', () => {
    const watch = watching(7, 7, 30_000).observe(8, 200_000);
    expect(watch).toMatchObject({ unchangedForMs: 0, successfulReads: 1, moved: true });
    expect(verdict(me, remote, { heartbeat: watch })).toBe('alive');
  });

  test('starts again after a read error', () => {
    const watch = watching(7, 7, 30_000).observe('read-error', 200_000).observe(7, 210_000);
    expect(watch).toMatchObject({ unchangedForMs: 0, successfulReads: 1, moved: false });
  });

  test('counts no more than a minute of the time in which nobody looked', () => {
    const watch = watching(7, 2, 10 * LONGEST_GAP_MS);
    expect(watch.unchangedForMs).toBe(LONGEST_GAP_MS);
  });

  test('does not change when it observes', () => {
    const first = HeartbeatWatch.start.observe(7, 0);
    first.observe(8, 10);
    expect(first).toMatchObject({ counter: 7, successfulReads: 1, moved: false });
  });

  test('makes nobody suspect in less than the time it takes, whatever it reads', () => {
    const readings = fc.array(
      fc.record({ reading: fc.constantFrom(1, 2, 'read-error' as const), after: fc.nat({ max: 90_000 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(readings, (list) => {
        let [watch, now, since, reads] = [HeartbeatWatch.start, 0, 0, 0];
        for (const { reading, after } of list) {
          now += after;
          if (reading !== watch.counter) [since, reads] = [now, 0];
          reads += 1;
          watch = watch.observe(reading, now);
          if (verdict(me, remote, { heartbeat: watch }) !== 'suspect') continue;
          expect(now - since).toBeGreaterThanOrEqual(SUSPECT_AFTER_MS);
          expect(reads).toBeGreaterThanOrEqual(SUSPECT_AFTER_READS);
        }
      }),
    );
  });
});
