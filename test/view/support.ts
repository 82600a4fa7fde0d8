import { scan } from '../../src/schedule/scan.js';
import type { EntryState, Run, RunOutcome, Snapshot, WorkerFacts } from '../../src/survey/types.js';
import { textOf } from '../../src/view/lines.js';
import { firstModel, type Effect, type Event, type Model } from '../../src/view/model.js';
import { sift } from '../../src/view/sift.js';
import { shown } from '../../src/view/shown.js';
import { update } from '../../src/view/update.js';
import { fakeSnapshot } from '../support/fake-snapshot.js';

export const NOW = Date.UTC(2026, 0, 2, 12);

export const running = (worker = 'w1', ago = 63_000): EntryState => ({
  is: 'running',
  run: run({ worker, startedAt: NOW - ago }),
});
export const failed = (code = 1, took = 3000): EntryState => ({
  is: 'failed',
  run: run({ end: outcome('failed', took, code) }),
});
export const succeeded = (took = 3000): EntryState => ({
  is: 'succeeded',
  run: run({ end: outcome('succeeded', took, 0) }),
});
export const lost = (): EntryState => ({ is: 'lost', run: run({}) });

export function run(facts: Partial<Run>): Run {
  return {
    ...{
      attempt: 1,
      worker: 'w1',
      startedAt: NOW - 5000,
      slot: undefined,
      log: [0, undefined],
      end: undefined,
    },
    ...facts,
  };
}

function outcome(is: RunOutcome['is'], took: number, code: number): RunOutcome {
  return { is, at: NOW - 1000, took, code };
}

export function worker(name: string, facts: Partial<WorkerFacts> = {}): WorkerFacts {
  return {
    worker: name,
    identity: { worker: name, hostname: `host-of-${name}`, user: 'ada', pid: 7 },
    ...{ standing: 'alive', since: NOW - 3_600_000, gpus: undefined, running: [], succeeded: 0, failed: 0 },
    lastHeardMs: 3000,
    ...facts,
  };
}

export function snapshot(
  commands: readonly (readonly string[])[],
  states: Readonly<Record<number, EntryState>> = {},
  workers: readonly WorkerFacts[] = [],
): Snapshot {
  return fakeSnapshot(scan(Buffer.from(JSON.stringify(commands))), states, workers);
}

export const commands = (count: number): string[][] =>
  Array.from({ length: count }, (_, i) => ['python', 'main.py', `--lr=${i}`]);

/** The live view without a terminal: finds at once what it is asked to find. */
export class Viewer {
  model: Model;
  effects: Effect[] = [];

  constructor(columns = 100, rows = 24) {
    this.model = firstModel('exp.json', { columns, rows }, true, NOW);
  }

  happens(event: Event): this {
    const [model, ...effects] = update(this.model, event);
    this.model = model;
    this.effects = effects;
    const { filter, seen } = model;
    if (seen && effects.some((effect) => effect.do === 'sift')) {
      const { value } = sift(seen.snapshot, seen.hosts, filter, () => false).next();
      const effects = this.effects;
      this.happens({ is: 'sifted', filter, matches: value as Uint32Array });
      this.effects = effects;
    }
    return this;
  }

  sees(snapshot: Snapshot, outlook: readonly string[] = []): this {
    const hosts = new Map(snapshot.workers.map((w) => [w.worker, w.identity?.hostname ?? w.worker]));
    return this.happens({ is: 'seen', seen: { snapshot, hosts, outlook, at: NOW }, isNew: true });
  }

  press(...keys: readonly string[]): this {
    for (const key of keys) this.happens({ is: 'key', key });
    return this;
  }

  type(text: string): this {
    return this.press(...Array.from(text));
  }

  log(lines: readonly string[], ended = false): this {
    return this.happens({ is: 'log', log: { lines, cut: false, ended }, trouble: undefined });
  }

  size(columns: number, rows: number): this {
    return this.happens({ is: 'size', size: { columns, rows } });
  }

  get screen(): string[] {
    const { head, list, foot } = shown(this.model);
    return [...head, ...list, foot].map((line) => textOf(line).trimEnd());
  }

  get list(): string[] {
    return shown(this.model).list.map((line) => textOf(line).trimEnd());
  }

  get foot(): string {
    return textOf(shown(this.model).foot).trimEnd();
  }

  /** The line with the cursor. */
  get chosen(): string {
    return this.list.find((line) => line.startsWith('>')) ?? '';
  }
}
