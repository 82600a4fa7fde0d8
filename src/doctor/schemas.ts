import * as z from 'zod/mini';

/** All that doctors and workers read from a folder that others may write to, too. */

const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
const few = <T extends z.ZodMiniType>(schema: T, most: number) => z.array(schema).check(z.maxLength(most));

/** Below these the program's own constants apply: a file can only make workers wait longer. */
export const BOUNDS = { lockStaleMs: [10_000, 120_000], lagMs: [3_000, 600_000] } as const;

const measuredSchema = z.strictObject({
  version: z.literal(1),
  /** How many hosts took part. */
  hosts: whole(1, 10_000),
  cells: z.exactOptional(z.literal('folder')),
  lockStaleMs: z.exactOptional(whole(...BOUNDS.lockStaleMs)),
  lagMs: z.exactOptional(whole(...BOUNDS.lagMs)),
});

/** Settings that a filesystem asks for; without any, the usual ones do. */
export interface Measured {
  /** Hard links cannot be relied on: a cell is a folder that is renamed into place. */
  readonly cells?: 'folder';
  /** A holder of the lock that has shown no sign of life for this long is taken to be gone. */
  readonly lockStaleMs?: number;
  /** A copy cached by a mount may be this old. */
  readonly lagMs?: number;
}

export function parseMeasured(bytes: Uint8Array): Measured | undefined {
  const value = measuredSchema.safeParse(jsonOf(bytes)).data;
  if (!value) return undefined;
  const { cells, lockStaleMs, lagMs } = value;
  return {
    ...(cells && { cells }),
    ...(lockStaleMs !== undefined && { lockStaleMs }),
    ...(lagMs !== undefined && { lagMs }),
  };
}

export const RACES = ['link', 'rename', 'mkdir', 'exclusive'] as const;
export type RaceName = (typeof RACES)[number];

const who = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,80}$/));
const short = z.string().check(z.maxLength(200));
const ms = z.number().check(z.minimum(-1e13), z.maximum(1e13));
const counts = z.record(short, whole(0, 1e9));

const taskSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('wait') }),
  z.object({ is: z.literal('race'), race: z.enum(RACES), names: whole(1, 2000), forMs: whole(1, 60_000) }),
  z.object({ is: z.literal('read-whole'), forMs: whole(1, 60_000) }),
  z.object({ is: z.literal('prepare') }),
  z.object({ is: z.literal('look'), among: few(who, 1000) }),
  z.object({ is: z.literal('watch') }),
  z.object({ is: z.literal('hold'), forMs: whole(1, 60_000), die: z.boolean() }),
  z.object({ is: z.literal('end') }),
]);

const mountSchema = z.object({
  type: short,
  source: z.string().check(z.maxLength(5000)),
  at: z.string().check(z.maxLength(5000)),
  options: few(z.string().check(z.maxLength(5000)), 1000),
});
const spaceSchema = z.object({
  freeBytes: z.number(),
  bytes: z.number(),
  freeInodes: z.number(),
  inodes: z.number(),
});
const hostSchema = z.object({
  host: short,
  mount: z.optional(mountSchema),
  space: z.optional(spaceSchema),
  /** This host's clock, less the file server's. */
  clockMs: z.optional(ms),
});

/** Milliseconds; null: not within the time that was watched. */
const seen = z.nullable(ms);
const sightsSchema = z.object({ list: seen, open: seen, renamed: seen, rewritten: seen, size: seen });

const racedSchema = z.object({ tried: whole(0, 2000), won: few(whole(0, 2000), 2000), errors: counts });
const readSchema = z.object({ reads: whole(0, 1e9), torn: whole(0, 1e9), errors: counts });
const watchedSchema = z.object({
  sights: z.record(who, sightsSchema),
  /** By when the others were seen to have seen something. */
  echoes: z.record(who, ms),
});
const heldSchema = z.object({ kept: z.boolean(), longestPauseMs: ms });

const boxSchema = z.object({
  round: whole(0, 1e6),
  task: z.optional(taskSchema),
  host: z.optional(hostSchema),
  /** Whom the task is for; without it, all. */
  to: z.optional(few(who, 1000)),
  /** The round in which it was told to hold the lock, once it does. */
  holds: z.optional(whole(0, 1e6)),
  /** Whose changes it has seen something of. */
  saw: z.optional(few(who, 1000)),
  left: z.optional(short),
  done: z.optional(
    z.object({
      raced: z.optional(racedSchema),
      read: z.optional(readSchema),
      watched: z.optional(watchedSchema),
      held: z.optional(heldSchema),
    }),
  ),
});

const leaderSchema = z.object({
  pid: whole(0, 2 ** 31),
  processStart: z.optional(short),
  bootId: z.optional(short),
  pidNamespace: z.optional(short),
});

export type Task = z.infer<typeof taskSchema>;
export type Mount = z.infer<typeof mountSchema>;
export type HostFacts = z.infer<typeof hostSchema>;
export type Sights = z.infer<typeof sightsSchema>;
export type Raced = z.infer<typeof racedSchema>;
export type Read = z.infer<typeof readSchema>;
export type Watched = z.infer<typeof watchedSchema>;
export type HeldLock = z.infer<typeof heldSchema>;
export type Box = z.infer<typeof boxSchema>;
export type Done = NonNullable<Box['done']>;
export type Leader = z.infer<typeof leaderSchema>;

export function isName(text: string): boolean {
  return who.safeParse(text).success;
}

export function parseBox(bytes: Uint8Array): Box | undefined {
  return boxSchema.safeParse(jsonOf(bytes)).data;
}

export function parseLeader(bytes: Uint8Array): Leader | undefined {
  return leaderSchema.safeParse(jsonOf(bytes)).data;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
