import * as z from 'zod/mini';

/**
 * The lines of a worker's journal. `n` counts them: a line that was written twice, because the first try could not be
 * proven to have reached the disk, is read once. Times are for people; nothing compares two hosts' clocks.
 */
const claim = z.string();
const at = z.string();
/** A place in a list or a file, or how many: nobody has more than a number holds exactly. */
const whole = z.int().check(z.nonnegative());
/** Of a file in the sidecar, and of nothing outside it. */
const worker = z.string().check(z.regex(/^[^./\0][^/\0]{0,250}$/));

/** Who a worker is; what its cells and its heartbeat say. */
const identitySchema = z.object({
  worker,
  hostname: z.string(),
  user: z.string(),
  pid: z.number(),
  machineId: z.optional(z.string()),
  bootId: z.optional(z.string()),
  pidNamespace: z.optional(z.string()),
  processStart: z.optional(z.string()),
  slurm: z.optional(z.object({ jobId: z.string(), cluster: z.optional(z.string()) })),
});

const recordSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('worker'),
    version: z.number(),
    identity: identitySchema,
    at,
    /** The GPUs that its slots have, as their runs see them; absent where none are handed out. */
    gpus: z.optional(z.string()),
  }),
  /** Written before the cells: what this worker is about to claim, and the revision that will carry the marks. */
  z.object({ t: z.literal('claim'), claims: z.array(claim), revision: whole }),
  /** Written before the rename: the content hash of a revision, and the new file's inode and mtime. */
  z.object({
    t: z.literal('revision'),
    revision: whole,
    hash: z.string(),
    print: z.string(),
    /** It replaces the schedule by another one: with it the next epoch begins. */
    anew: z.optional(z.boolean()),
  }),
  z.object({
    t: z.literal('start'),
    claim,
    entry: whole,
    at,
    /** Which of the worker's slots, where it has several. */
    slot: z.optional(whole),
    /** Where its output begins in the log. */
    log: z.optional(whole),
  }),
  z.object({
    t: z.literal('end'),
    claim,
    entry: whole,
    at,
    /** Milliseconds. */
    took: z.number().check(z.nonnegative()),
    code: z.optional(z.int()),
    signal: z.optional(z.string()),
    /** Why it could not be started at all. */
    unstartable: z.optional(z.string()),
    /** It took too long and was ended for that. */
    timedOut: z.optional(z.boolean()),
    /** Which of the worker's slots, where it has several: its log is `<worker>.<slot>.log`. */
    slot: z.optional(whole),
    /** It ended because this worker was told to stop: it is put back. */
    interrupted: z.optional(z.boolean()),
    /** Byte range of its output in this worker's log. */
    log: z.optional(z.tuple([whole, whole])),
    /** Of the claim, where it is not the epoch this journal is in. */
    epoch: z.optional(whole),
  }),
  /** Claimed and never started: this worker promises that it never will be. */
  z.object({ t: z.literal('give-back'), claims: z.array(claim) }),
  /** These generations are over. A decision is written before anything is done: whoever comes across it finishes it. */
  z.object({
    t: z.literal('requeue'),
    claim: z.optional(claim),
    claims: z.optional(z.array(claim)),
    why: z.string(),
    /** That of the rewrite which takes their marks out: a content from before it knows nothing of this. */
    revision: z.optional(whole),
    /** Who decided it, where it was a person. */
    by: z.optional(z.string()),
  }),
  z.object({ t: z.literal('leave'), at }),
]);

const lineSchema = z.object({ n: z.number() });

export type JournalRecord = z.infer<typeof recordSchema>;
export type EndRecord = Extract<JournalRecord, { t: 'end' }>;

/** The claims whose generation a record says is over. */
export function requeuedIn({
  claim,
  claims = [],
}: Extract<JournalRecord, { t: 'requeue' }>): readonly string[] {
  return claim === undefined ? claims : [claim, ...claims];
}

export interface JournalLine {
  readonly n: number;
  readonly record: JournalRecord;
}

/** Undefined for a line that cannot be read: torn by a full disk or a crash, or from a newer version. */
export function parseJournalLine(line: string): JournalLine | undefined {
  if (line.length > LONGEST_FREE && isNested(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const numbered = lineSchema.safeParse(value);
  const record = recordSchema.safeParse(value);
  return numbered.success && record.success ? { n: numbered.data.n, record: record.data } : undefined;
}

/** A longer line is looked at before it is parsed. */
const LONGEST_FREE = 64 << 10;
const MOST_BRACKETS = 64;

/** A long record is a flat one; what is nested deeply, or has objects by the million, costs more than it is worth. */
function isNested(line: string): boolean {
  let brackets = 0;
  for (const opening of ['{', '[', '":'])
    for (
      let at = line.indexOf(opening);
      at >= 0 && brackets <= MOST_BRACKETS;
      at = line.indexOf(opening, at + 1)
    )
      brackets++;
  return brackets > MOST_BRACKETS;
}

const heartbeatSchema = z.object({ counter: z.number(), identity: identitySchema });

export type WorkerIdentity = z.infer<typeof identitySchema>;
export type HeartbeatFile = z.infer<typeof heartbeatSchema>;

/** Whatever is larger is none of these. */
export const LARGEST_NOTE = 1 << 20;

/** Undefined when the bytes are no heartbeat, as while it is being written. */
export function parseHeartbeat(bytes: Buffer): HeartbeatFile | undefined {
  return parsed(heartbeatSchema, bytes);
}

/** Undefined when the bytes are no identity. */
export function parseIdentity(bytes: Buffer): WorkerIdentity | undefined {
  return parsed(identitySchema, bytes);
}

function parsed<T>(schema: z.ZodMiniType<T>, bytes: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
