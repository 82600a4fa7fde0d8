import { Failure } from '../failure.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { modernSpelling, ownWords, withSelections } from './spelling.js';
import { version } from './version.js';

/** Runs the command line and returns the exit code. The one place where anything is caught. */
export async function main(args: readonly string[]): Promise<number> {
  // Asked by scripts and by every installation: not worth loading anything for.
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return EXIT.done;
  }
  // Who pipes into head has seen enough: that is no failure.
  process.stdout.on('error', ignored);
  process.stderr.on('error', ignored);
  if (args[0] === '__complete') {
    // Whatever goes wrong, nobody wants to read it in the line that they are typing.
    await import('./complete-action.js')
      .then(({ completeAction }) => completeAction(args.slice(1)))
      .catch(ignored);
    return EXIT.done;
  }
  const { runProgram } = await import('./program.js');
  try {
    return await runProgram(withSelections(modernSpelling(args)));
  } catch (error) {
    return fail(error, args);
  }
}

function ignored(): void {
  return;
}

async function fail(error: unknown, args: readonly string[]): Promise<number> {
  const { showFailure, failureValue } = await import('./show-failure.js');
  if (ownWords(args).includes('--debug'))
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  if (error instanceof Failure) {
    if (ownWords(args).includes('--json'))
      process.stdout.write(`${JSON.stringify({ error: failureValue(error.detail) })}\n`);
    else process.stderr.write(`cooperate: ${showFailure(error.detail)}\n`);
    return exitCodeOf(error.detail);
  }
  if (error instanceof Error && error.name === 'Cancelled') return EXIT.signal.SIGINT;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`cooperate: an error that nobody thought of: ${message}\n`);
  process.stderr.write('This is a bug; please report it with the output of the same command and --debug.\n');
  return EXIT.filesystem;
}
