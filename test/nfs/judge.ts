import type { Evidence, Journal } from './evidence.js';

export interface Case {
  readonly evidence: Evidence;
  /** The slot of every entry that there ever was, by the entry's name. */
  readonly slots: ReadonlyMap<string, string>;
  /** Workers that were killed, or whose host was. */
  readonly killed: ReadonlySet<string>;
  /** Ends that somebody else has seen in a journal: the worker and its claim. */
  readonly witnessed: ReadonlySet<string>;
}

export interface Verdict {
  readonly spawns: number;
  /** Runs more than there are started generations. */
  readonly doubles: readonly string[];
  /** Records that should be there. */
  readonly lostRecords: readonly string[];
  /** Runs whose worker was killed before their end was recorded. */
  readonly lostWithWorker: number;
  /** Generations that were ended by a decision or a revocation. */
  readonly requeued: number;
  readonly failed: readonly string[];
  /** Entries that did not come to an end. */
  readonly unended: readonly string[];
  /** That a person has added, and a rewrite in the same moment has put away. */
  readonly displaced: readonly string[];
  /** Everything else that must not be. */
  readonly wrong: readonly string[];
}

/** By the entries' own evidence and what is on the share. */
export function judge(given: Case): Verdict {
  const { evidence, killed, slots } = given;
  const ends = endsOf(evidence.journals);
  const present = new Set(evidence.entries.map(({ name }) => name));
  const runs = counted(evidence.runs.map(({ entry, worker }) => `${entry} ${worker}`));
  const started = startedBy(evidence, slots);
  const doubles = excess(runs, counted(started.map(({ entry, worker }) => `${entry} ${worker}`)));
  const unrecorded = started.filter(({ claim, worker }) => !ends.has(`${worker} ${claim}`));
  return {
    spawns: evidence.runs.length,
    doubles,
    lostRecords: [
      ...unrecorded
        .filter(({ worker }) => !killed.has(worker))
        .map(({ worker, claim }) => `no end of ${claim}, started by ${worker}`),
      ...[...given.witnessed].filter((end) => !ends.has(end)).map((end) => `seen and gone: the end of ${end}`),
    ],
    lostWithWorker: unrecorded.filter(({ worker }) => killed.has(worker)).length,
    requeued: [...evidence.cells.keys()].filter((name) => name.endsWith('.requeued')).length,
    failed: [...ends]
      .filter(([, code]) => code !== 0)
      .map(([end, code]) => `${end}: exit code ${code ?? 'none'}`),
    unended: [...present].filter((name) => !hasEnded(evidence, ends, slots.get(name) ?? '')),
    displaced: [...slots.keys()].filter((name) => !present.has(name)),
    wrong: [
      ...wrongIn(given, ends),
      ...excess(counted(succeeded(started, ends)), runs).map((end) => `ended and never ran: ${end}`),
    ],
  };
}

function wrongIn({ evidence, killed }: Case, ends: ReadonlyMap<string, number | undefined>): string[] {
  const { entries, journals, leftovers, epochs } = evidence;
  const wrong: string[] = [];
  const unmarked = entries.filter(({ isMarked }) => !isMarked).length;
  if (unmarked > 0) wrong.push(`${unmarked} entries without a mark`);
  if (epochs !== 1) wrong.push(`${epochs} epochs`);
  if (leftovers.length > 0) wrong.push(`left behind: ${leftovers.join(', ')}`);
  const names = entries.map(({ name }) => name);
  if (new Set(names).size < names.length) wrong.push('an entry stands there twice');
  for (const { worker, torn } of journals) {
    if (torn > 0 && !killed.has(worker))
      wrong.push(`${torn} torn lines in the journal of ${worker}, which nobody killed`);
  }
  const twice = excess(counted(journals.flatMap(endNames)), counted([...ends.keys()]));
  return [...wrong, ...twice.map((end) => `ended twice: ${end}`)];
}

interface Started {
  readonly entry: string;
  readonly claim: string;
  readonly worker: string;
}

/** A generation that its claimant has started itself; a start cell of anybody else's is a revocation. */
function startedBy({ cells }: Evidence, slots: ReadonlyMap<string, string>): Started[] {
  const entryOf = new Map([...slots].map(([name, slot]) => [slot, name]));
  return [...cells].flatMap(([name, worker]) => {
    if (!name.endsWith('.start')) return [];
    const claim = name.slice(0, -'.start'.length);
    if (cells.get(claim) !== worker) return [];
    return [
      { claim, worker, entry: entryOf.get(claim.slice(0, claim.lastIndexOf('.'))) ?? `unknown:${claim}` },
    ];
  });
}

function endNames({ worker, lines }: Journal): string[] {
  return lines.flatMap(({ t, claim }) => (t === 'end' && claim !== undefined ? [`${worker} ${claim}`] : []));
}

/** By worker and claim: the exit code. */
function endsOf(journals: readonly Journal[]): Map<string, number | undefined> {
  const ends = new Map<string, number | undefined>();
  for (const { worker, lines } of journals) {
    for (const { t, claim, code } of lines)
      if (t === 'end' && claim !== undefined) ends.set(`${worker} ${claim}`, code);
  }
  return ends;
}

function succeeded(started: readonly Started[], ends: ReadonlyMap<string, number | undefined>): string[] {
  return started
    .filter(({ worker, claim }) => ends.get(`${worker} ${claim}`) === 0)
    .map(({ entry, worker }) => `${entry} ${worker}`);
}

/** Its latest generation has, well. */
function hasEnded({ cells }: Evidence, ends: ReadonlyMap<string, number | undefined>, slot: string): boolean {
  let generation = 0;
  while (cells.has(`${slot}.${generation + 1}`)) generation++;
  const claim = `${slot}.${generation}`;
  return ends.get(`${cells.get(claim) ?? ''} ${claim}`) === 0;
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What there is more often than it may be. */
function excess(counts: ReadonlyMap<string, number>, allowed: ReadonlyMap<string, number>): string[] {
  return [...counts].flatMap(([name, count]) => {
    const may = allowed.get(name) ?? 0;
    return count > may ? [`${name}: ${count} times where ${may} may be`] : [];
  });
}
