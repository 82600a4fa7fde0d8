import { bashScript } from './completion-bash.js';
import { fishScript } from './completion-fish.js';
import { completed } from './completion-kinds.js';
import { zshScript } from './completion-zsh.js';
import { EXIT } from './exit-codes.js';
import type { Shell } from './program-completions.js';
import { treeOf } from './program-tree.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `cooperate completions`: returns the exit code. */
export function completionsAction(program: Parameters<typeof treeOf>[0], shell: Shell): number {
  process.stdout.write(SCRIPTS[shell](completed(treeOf(program))));
  return EXIT.done;
}
