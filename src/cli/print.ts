import { once } from 'node:events';

const BLOCK = 64 << 10;

/** Writes lines to stdout, no faster than they are read; ends early when nobody reads any more. */
export async function print(lines: Iterable<string>, lineEnd = '\n'): Promise<void> {
  let block = '';
  for (const line of lines) {
    block += line + lineEnd;
    if (block.length < BLOCK) continue;
    if (!(await written(block))) return;
    block = '';
  }
  if (block !== '') await written(block);
}

async function written(text: string): Promise<boolean> {
  const { stdout } = process;
  if (stdout.destroyed) return false;
  if (stdout.write(text)) return true;
  // Of a pipe whose reader is gone there is an error instead.
  await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => undefined);
  return !stdout.destroyed;
}
