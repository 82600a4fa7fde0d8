import { Failure } from '../failure.js';
import { errorCode, type FileSystem } from '../ports/fs.js';

/** Asks the user for what to append; undefined where there is nobody to ask. */
export type AskPostfix = () => Promise<string | undefined>;

export interface PostfixOptions {
  readonly fs: FileSystem;
  /** The worker's, as in the original. */
  readonly directory: string;
  readonly given: string | undefined;
  readonly ask: AskPostfix;
}

const FILE = 'cooperate.persistent.postfix';

/** The arguments to append to a failing command: given, stored by an earlier run, or asked for once and stored. */
export async function postfixFor({ fs, directory, given, ask }: PostfixOptions): Promise<readonly string[]> {
  const path = `${directory}/${FILE}`;
  const text = given ?? (await stored(fs, path)) ?? (await ask());
  if (text === undefined) throw nobodyToAsk();
  // Not being able to store it only means to be asked again.
  await fs.write(path, Buffer.from(`${text.trim()}\n`)).catch(() => undefined);
  return text.split(/\s+/).filter((word) => word !== '');
}

async function stored(fs: FileSystem, path: string): Promise<string | undefined> {
  try {
    return (await fs.read(path)).bytes.toString('utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function nobodyToAsk(): Failure {
  return new Failure({
    reason: 'usage',
    problem:
      '--persistent needs to know what to append to a failing command, and there is no terminal to ask on.',
    remedy: "Give --postfix, for example --postfix '--resume'.",
  });
}
