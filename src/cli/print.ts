import { setImmediate as turn } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { errorCode } from '../ports/fs.js';

const BLOCK = 64 << 10;

/** Writes lines to stdout, no faster than they are read; ends early when nobody reads any more. */
export async function print(lines: Iterable<string>, lineEnd = '\n'): Promise<void> {
  let trouble: Error | undefined;
  const gone = (error: Error): void => void (trouble ??= error);
  process.stdout.on('error', gone);
  try {
    let block = '';
    for (const line of lines) {
      block += line + lineEnd;
      if (block.length < BLOCK) continue;
      await written(block);
      if (trouble) break;
      block = '';
    }
    if (block !== '' && !trouble) await written(block);
  } finally {
    process.stdout.off('error', gone);
  }
  const code = trouble && errorCode(trouble);
  if (code !== undefined && code !== 'EPIPE')
    throw new Failure(
      { reason: 'filesystem', code, operation: 'write the output', path: 'stdout' },
      { cause: trouble },
    );
}

/** When it was taken, or refused. */
async function written(text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
  // Pipes and files are written to at once: what is wrong is told a moment later.
  await turn();
}
