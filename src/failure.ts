/** Every way cooperate can fail, as data; `cli/show-failure` is the one place that turns it into words. */
export type FailureDetail =
  | { readonly reason: 'usage'; readonly problem: string; readonly remedy: string }
  | { readonly reason: 'schedule-missing'; readonly path: string }
  | { readonly reason: 'schedule-is-directory'; readonly path: string }
  | {
      readonly reason: 'schedule-unusable';
      readonly path: string;
      readonly problem: string;
      /** 1-based; absent when no single place is at fault. */
      readonly place?: Place;
    }
  | {
      readonly reason: 'filesystem';
      /** Symbolic, such as ENOSPC; ESTALE too, which Node 20 leaves without a name. */
      readonly code: string;
      readonly operation: string;
      readonly path: string;
    }
  /** A file of the sidecar holds rubbish. */
  | { readonly reason: 'sidecar-damaged'; readonly path: string; readonly sidecar: string }
  /** This user has no right to something, or it is somebody's who has none to the schedule. */
  | {
      readonly reason: 'not-permitted';
      readonly obstacle: Obstacle;
      readonly path: string;
      /** As the filesystem has them. */
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly reason: 'entry-unknown'; readonly path: string; readonly entry: number; readonly count: number }
  | { readonly reason: 'entry-running'; readonly entry: number; readonly worker: string };

/**
 * What is in the way: the schedule, its folder or its sidecar may not be written; in a sticky folder no file of somebody
 * else's can be replaced; a link or a folder was put there by a stranger.
 */
export type Obstacle = 'schedule' | 'folder' | 'sticky' | 'sidecar' | 'link' | 'foreign';

/** A position in a text file, with the line itself cut to what fits a terminal and the caret's place in it. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly caret: number;
}

/** The only exception this program throws on purpose. */
export class Failure extends Error {
  constructor(
    readonly detail: FailureDetail,
    options?: ErrorOptions,
  ) {
    super(detail.reason, options);
    this.name = 'Failure';
  }
}
