import type { FailureDetail } from './failure.js';
import type { CommandResult } from './ports/command.js';
import type { Ownership } from './ports/fs.js';

/** What a worker tells its user while it works, as data; `cli/show-notice` is the one place that turns it into words. */
export type Notice =
  | {
      readonly tell: 'running';
      readonly entry: number;
      readonly argv: readonly string[];
      readonly attempt: number;
      /** Others print at the same time: it says which entry it is, as they do. */
      readonly labelled: boolean;
    }
  | { readonly tell: 'loose'; readonly path: string }
  | { readonly tell: 'kept-as'; readonly path: string; readonly why: 'strict' | 'edited-meanwhile' }
  /** A rewrite by somebody who may not give files this group, or that mode. */
  | { readonly tell: 'ownership-changed'; readonly was: Ownership; readonly is: Ownership }
  | { readonly tell: 'generated-anew'; readonly epoch: number }
  /** A mark that was taken away while nothing proves that the entry should run again. */
  | { readonly tell: 'succeeded-before'; readonly entries: readonly number[] }
  /** They were put back, and are marked in what was saved since, perhaps from an older copy. */
  | { readonly tell: 'put-back-before'; readonly entries: readonly number[] }
  | { readonly tell: 'merged-edit' }
  | { readonly tell: 'lagging' }
  | { readonly tell: 'sidecar-anew' }
  | { readonly tell: 'waiting'; readonly failure: FailureDetail; readonly isLeaving: boolean }
  | { readonly tell: 'waited' }
  | { readonly tell: 'offered'; readonly entries: number }
  /** Put back by the policy that a person chose; `entry` is its number when it was started. */
  | {
      readonly tell: 'requeued-lost';
      readonly entry: number | undefined;
      readonly worker: string;
      readonly attempt: number;
    }
  | { readonly tell: 'lost-too-often'; readonly entry: number | undefined }
  | { readonly tell: 'put-back'; readonly entries: readonly number[] }
  /** Somebody has put this worker's entry back, before it was started here or while it ran. */
  | {
      readonly tell: 'given-away';
      readonly entry: number;
      readonly ran: boolean;
      readonly attempt: number;
    }
  | { readonly tell: 'left-early'; readonly entries: readonly number[]; readonly failure: FailureDetail }
  | { readonly tell: 'log-trouble'; readonly path: string; readonly code: string }
  /** A sentence about what was decided without being asked. */
  | { readonly tell: 'fact'; readonly text: string }
  /** Another worker on this host hands out these GPUs, too; and so many others. */
  | {
      readonly tell: 'gpus-shared';
      readonly worker: string;
      readonly others: number;
      readonly gpus: readonly string[];
    }
  | { readonly tell: 'hook-failed'; readonly event: 'failure' | 'finish'; readonly result: CommandResult }
  /** The hours in which entries may be started begin in that time. */
  | { readonly tell: 'closed'; readonly waitMs: number }
  | { readonly tell: 'retrying'; readonly entry: number; readonly left: number; readonly afterMs: number }
  /** What is left of the time is less than an entry takes; Infinity where one may take any time. */
  | { readonly tell: 'out-of-time'; readonly leftMs: number; readonly expectedMs: number }
  /** Entries fail at once here, and not elsewhere as it seems: this worker slows down, or leaves. */
  | { readonly tell: 'quarantine'; readonly is: 'slowing'; readonly failures: number }
  | {
      readonly tell: 'quarantine';
      readonly is: 'leaving';
      readonly failures: number;
      readonly longestMs: number;
      /** What a success takes on other hosts. */
      readonly elsewhereMs: number;
      readonly entries: readonly number[];
    }
  /** By `cooperate stop`; `running`: how many commands run. */
  | { readonly tell: 'asked-to-stop'; readonly by: string; readonly now: boolean; readonly running: number }
  /** `running`: how many commands were signalled. */
  | { readonly tell: 'stopping'; readonly running: number }
  /** How a schedule was made could not be recorded. */
  | { readonly tell: 'design-not-kept' };

export type Tell = (notice: Notice) => void;
