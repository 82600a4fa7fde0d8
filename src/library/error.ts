import { showFailure } from '../cli/show-failure.js';
import { Failure, type FailureDetail } from '../failure.js';
import { errorCode } from '../ports/fs.js';

/**
 * Whatever can be foreseen to fail. `reason` tells what it is, `detail` has the facts that belong to it, and `message`
 * says it in words.
 */
export class CooperateError extends Error {
  override readonly name: string = 'CooperateError';
  readonly detail: FailureDetail;

  constructor(detail: FailureDetail, options?: ErrorOptions) {
    super(showFailure(detail), options);
    this.detail = detail;
  }

  get reason(): FailureDetail['reason'] {
    return this.detail.reason;
  }
}

/** An error of the program as one of the library. */
export function translated(error: unknown): unknown {
  if (error instanceof Failure) return new CooperateError(error.detail, { cause: error });
  const code = errorCode(error);
  if (code === undefined || error instanceof CooperateError) return error;
  const { path = '', syscall = 'use it' } = error as NodeJS.ErrnoException;
  // A signal's reason is its owner's.
  if (!/^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR_')) return error;
  return new CooperateError({ reason: 'filesystem', code, operation: syscall, path }, { cause: error });
}

export function usage(problem: string, remedy: string): CooperateError {
  return new CooperateError({ reason: 'usage', problem, remedy });
}
