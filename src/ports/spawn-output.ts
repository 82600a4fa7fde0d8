import type { Readable } from 'node:stream';
import type { OutputStream } from './spawn.js';

type Deliver = (stream: OutputStream, chunk: Buffer) => void | Promise<void>;

/** What is still in a pipe when its writer is gone fits in this; more can only come from somebody else. */
const IN_FLIGHT = 1 << 20;

/** What one of a run's two pipes gives out. */
export interface Source {
  listen(take: (chunk: Buffer) => void, end: () => void): void;
  /** Nothing more for now: a chunk is being taken, until `go`. What comes all the same is kept. */
  hold(): void;
  go(): void;
  /** So many bytes were taken. */
  taken(bytes: number): void;
  /** Nothing more at all. */
  stop(): void;
}

export function fromStream(stream: Readable): Source {
  return {
    listen: (take, end) => {
      stream.on('data', take);
      stream.once('end', end).once('close', end).on('error', end);
    },
    hold: () => stream.pause(),
    go: () => stream.resume(),
    taken: ignored,
    stop: () => {
      if (!stream.destroyed) stream.destroy();
    },
  };
}

/** Reads a run's stdout and stderr, and no faster than their reader takes them. */
export class OutputPipes {
  private readonly pipes: readonly [Pipe, Pipe];

  /** `onEnded` is called within the very turn of the event loop in which the last of them comes to its end. */
  constructor([stdout, stderr]: readonly [Source, Source], deliver: Deliver, onEnded = ignored) {
    const over = (): void => {
      if (this.ended) onEnded();
    };
    this.pipes = [
      new Pipe(stdout, (chunk) => deliver('stdout', chunk), over),
      new Pipe(stderr, (chunk) => deliver('stderr', chunk), over),
    ];
  }

  /** Nothing more can come from either. */
  get ended(): boolean {
    return this.pipes[0].ended && this.pipes[1].ended;
  }

  /** From now on counts what comes, to tell a slow reader from a stranger who keeps writing. */
  countFromHere(): void {
    for (const pipe of this.pipes) pipe.passed = 0;
  }

  /** The reader is slow, so it says nothing about the run that its pipes are still open. */
  get heldBack(): boolean {
    return this.pipes.some((pipe) => pipe.heldBack && pipe.passed < IN_FLIGHT);
  }

  stop(): void {
    for (const pipe of this.pipes) pipe.stop();
  }

  /** Resolves when the reader has taken everything; rejects when it failed to. */
  async taken(): Promise<void> {
    for (const pipe of this.pipes) await pipe.taken();
  }
}

class Pipe {
  ended = false;
  passed = 0;
  private busy: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly source: Source,
    private readonly deliver: (chunk: Buffer) => void | Promise<void>,
    over: () => void,
  ) {
    const end = (): void => {
      if (this.ended) return;
      this.ended = true;
      over();
    };
    source.listen((chunk) => this.take(chunk), end);
  }

  get heldBack(): boolean {
    return this.busy !== undefined;
  }

  stop(): void {
    this.source.stop();
  }

  async taken(): Promise<void> {
    while (this.busy) await this.busy;
    if (this.failure) throw this.failure.error;
  }

  private take(chunk: Buffer): void {
    this.passed += chunk.length;
    // Node resumes a paused pipe when the process exits, so a chunk may come while the one before is still being taken.
    const delivery = this.busy ? this.busy.then(() => this.handOn(chunk)) : this.handOn(chunk);
    if (delivery === undefined) {
      this.source.taken(chunk.length);
      return;
    }
    this.source.hold();
    const busy = delivery.then(() => {
      this.source.taken(chunk.length);
      if (this.busy !== busy) return;
      this.busy = undefined;
      this.source.go();
    });
    this.busy = busy;
  }

  /** Never rejects and never throws: the run goes on, and `taken` tells. */
  private handOn(chunk: Buffer): void | Promise<void> {
    const failed = (error: unknown): void => void (this.failure ??= { error });
    try {
      return this.deliver(chunk)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function ignored(): void {
  return;
}
