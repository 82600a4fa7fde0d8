/** What stays the same for all runs of a worker. */
export interface WorkerFacts {
  /** Absolute path of the schedule. */
  readonly schedule: string;
  readonly worker: string;
  readonly slot: number;
}

export interface RunFacts {
  /** Index in the schedule when it was claimed. */
  readonly entry: number;
  /** The slot `h.k`. */
  readonly id: string;
  readonly attempt: number;
}

/** Prepares everything but the run's own three variables: asking process.env costs more than a copy. */
export function environmentOf(
  base: Readonly<NodeJS.ProcessEnv>,
  { schedule, worker, slot }: WorkerFacts,
): (run: RunFacts) => NodeJS.ProcessEnv {
  const prepared: NodeJS.ProcessEnv = {
    // Python writes to a pipe in blocks of 8 KB, and a killed run would take the last of them along.
    PYTHONUNBUFFERED: '1',
    ...base,
    COOPERATE_SCHEDULE: schedule,
    COOPERATE_WORKER: worker,
    COOPERATE_SLOT: String(slot),
  };
  return ({ entry, id, attempt }) => ({
    ...prepared,
    COOPERATE_ENTRY: String(entry),
    COOPERATE_ID: id,
    COOPERATE_ATTEMPT: String(attempt),
  });
}
