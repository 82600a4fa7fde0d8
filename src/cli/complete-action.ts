import { complete } from '../commands/complete.js';
import { realPeek } from '../ports/fs-peek.js';
import { currentDirectory } from './as-typed.js';
import { realLookPorts } from './look-ports.js';
import { unquoted } from './unquoted.js';

/**
 * What the shells ask while somebody types: `__complete KIND WORD [SCHEDULE]` prints words, each with a tab and what it
 * is. Behind `--bash=CUT` the words come as bash has them, with their quotes, and go without CUT, which readline keeps.
 */
export async function completeAction(args: readonly string[]): Promise<void> {
  const cut = /^--bash=(.*)$/s.exec(args[0] ?? '')?.[1];
  const [kind = '', ...typed] = cut === undefined ? args : args.slice(1);
  const [word = '', schedule = ''] = cut === undefined ? typed : typed.map(unquoted);
  const directory = currentDirectory();
  if (directory === undefined) return;
  const ports = { ...realLookPorts(), peek: realPeek, env: process.env, directory };
  const choices = await complete(ports, { kind, word, schedule });
  const kept = unquoted(cut ?? '').length;
  process.stdout.write(
    choices.map(({ text, about }) => `${text.slice(kept)}${about && `\t${about}`}\n`).join(''),
  );
}
