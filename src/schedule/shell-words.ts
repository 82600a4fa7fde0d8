import { DesignProblem } from '../doe/designs/points.js';
import { splitWords } from '../doe/factors/spelling-words.js';

const QUOTED = /\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gsu;
const EXPANDED = /`|\$(?:[\w{(?!@*#$-])/;

/**
 * The words of a command as a POSIX shell would pass them. What only a shell could do, such as a pipe or a variable, is
 * refused: no shell runs entries, and taken as it stands it would be something else. Throws `DesignProblem`.
 */
export function commandWords(line: string): string[] {
  const command = withoutComment(line);
  const words = splitWords(command);
  const only = shellOnly(command);
  if (only !== undefined)
    throw new DesignProblem(
      `${only} is for a shell, and entries are run without one.`,
      `Put it in single quotes if it is an argument; else let a shell run it: sh -c '...'`,
    );
  const [first = ''] = words;
  if (/^[A-Za-z_]\w*=/.test(first))
    throw new DesignProblem(
      `${first} would be taken for the program.`,
      `Set variables by env: env ${first} ...`,
    );
  return words;
}

/** What of it a shell would not pass on. */
function shellOnly(command: string): string | undefined {
  let inDouble: string | undefined;
  const bare = command.replace(QUOTED, (quoted) => {
    if (quoted.startsWith('"'))
      inDouble ??= EXPANDED.exec(quoted.replace(/\\./gs, ''))?.[0] && expansion(quoted);
    return 'q';
  });
  const operator = /&&|\|\||[|&;<>()]/.exec(bare)?.[0];
  if (operator !== undefined) return operator;
  if (EXPANDED.test(bare)) return expansion(bare);
  const home = /(?:^|\s)(~[^\s/]*)/.exec(bare)?.[1];
  return home ?? inDouble;
}

function expansion(text: string): string {
  return /\$\w+|\$\{[^}]*\}|\$\(|`|\$./.exec(text)?.[0] ?? '$';
}

/** As in a shell, `#` begins one where a word would begin. */
function withoutComment(line: string): string {
  for (const { 0: piece, index } of line.matchAll(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"|#/gsu)) {
    if (piece === '#' && (index === 0 || /\s/.test(line[index - 1] ?? ''))) return line.slice(0, index);
  }
  return line;
}
