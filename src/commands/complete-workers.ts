import { fit } from '../ports/screen-text.js';
import type { Snapshot, WorkerFacts } from '../survey/types.js';
import type { Choice } from './complete-entries.js';

const ABOUT = 60;

/** Those that may still be there; when there are none, all. */
export function workersIn({ workers }: Snapshot): Choice[] {
  return present(workers).map(({ worker, identity, standing, running }) => {
    const host = identity ? `on ${identity.hostname}, ` : '';
    return { text: worker, about: fit(`${host}${doing(standing, running)}`, ABOUT) };
  });
}

/** Their hosts. */
export function hostsIn({ workers }: Snapshot): Choice[] {
  const counts = new Map<string, number>();
  for (const { identity } of present(workers)) {
    if (identity) counts.set(identity.hostname, (counts.get(identity.hostname) ?? 0) + 1);
  }
  return [...counts].map(([text, n]) => ({ text, about: n === 1 ? '1 worker' : `${n} workers` }));
}

function present(workers: readonly WorkerFacts[]): readonly WorkerFacts[] {
  const there = workers.filter(({ standing }) => standing !== 'gone');
  return there.length > 0 ? there : workers;
}

function doing(standing: WorkerFacts['standing'], running: readonly number[]): string {
  if (standing !== 'alive') return standing;
  if (running.length === 0) return 'idle';
  return `runs ${running.length === 1 ? 'entry' : 'entries'} ${running.join(', ')}`;
}
