import { Failure, type FailureDetail } from '../failure.js';
import { isAtWork, openIn } from '../survey/digest.js';
import type { Snapshot, Totals } from '../survey/types.js';
import type { Looking } from './look.js';

export type WaitNews =
  /** What there is to wait for, at each look. */
  | { readonly tell: 'waiting'; readonly snapshot: Snapshot; readonly open: number }
  /** Nobody is there who could run what is pending; or somebody is, again. */
  | { readonly tell: 'nobody' | 'somebody'; readonly totals: Totals }
  /** It cannot be read now. */
  | { readonly tell: 'trouble'; readonly failure: FailureDetail };

export type Waited =
  | { readonly is: 'over'; readonly snapshot: Snapshot }
  | { readonly is: 'timeout'; readonly snapshot: Snapshot; readonly open: number }
  | { readonly is: 'stopped' };

export interface WaitRequest {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly onNews: (news: WaitNews) => void;
}

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Whoever has waited long can wait a little longer. */
const SHARE_OF_WAITED = 0.1;
/** Looking at a long schedule is to cost no more than a twentieth of a core. */
const TIMES_OF_LOOK = 20;

/** Blocks until nothing is pending or running, looking ever more seldom. The first look may fail, later ones are repeated. */
export async function waitFor(looking: Looking, request: WaitRequest): Promise<Waited> {
  const { clock } = looking;
  const { timeoutMs = Infinity, signal } = request;
  const began = clock.monotonic();
  const teller = new Teller(request.onNews);
  let last = await looking.look();
  for (;;) {
    const open = openIn(last.totals);
    if (open === 0) return { is: 'over', snapshot: last };
    teller.tell(last, open);
    const waited = clock.monotonic() - began;
    if (waited >= timeoutMs) return { is: 'timeout', snapshot: last, open };
    const pause = clamp(Math.max(waited * SHARE_OF_WAITED, teller.lookMs * TIMES_OF_LOOK));
    await clock.wait(Math.min(pause, timeoutMs - waited), signal);
    if (signal.aborted) return { is: 'stopped' };
    last = await teller.timed(looking, last);
  }
}

function clamp(ms: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, ms));
}

/** Tells what has changed since it last told. */
class Teller {
  readonly #onNews: (news: WaitNews) => void;
  #isAlone = false;
  #isInTrouble = false;
  lookMs = 0;

  constructor(onNews: (news: WaitNews) => void) {
    this.#onNews = onNews;
  }

  tell(snapshot: Snapshot, open: number): void {
    this.#onNews({ tell: 'waiting', snapshot, open });
    const isAlone = isDeserted(snapshot);
    if (isAlone !== this.#isAlone)
      this.#onNews({ tell: isAlone ? 'nobody' : 'somebody', totals: snapshot.totals });
    this.#isAlone = isAlone;
  }

  /** What it was before, where it cannot be read now: a file server hiccups, an editor has saved half a file. */
  async timed(looking: Looking, before: Snapshot): Promise<Snapshot> {
    const began = looking.clock.monotonic();
    try {
      const snapshot = await looking.look();
      this.#isInTrouble = false;
      this.lookMs = looking.clock.monotonic() - began;
      return snapshot;
    } catch (error) {
      const failure = troubleIn(error);
      if (!this.#isInTrouble) this.#onNews({ tell: 'trouble', failure });
      this.#isInTrouble = true;
      return before;
    }
  }
}

function troubleIn(error: unknown): FailureDetail {
  if (error instanceof Failure) return error.detail;
  const { code, path = '', syscall = 'read' } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return { reason: 'filesystem', code, operation: syscall, path };
}

/** Somebody is needed, and nobody is there. */
export function isDeserted({ totals, workers }: Snapshot): boolean {
  return openIn(totals) > 0 && !workers.some(isAtWork);
}
