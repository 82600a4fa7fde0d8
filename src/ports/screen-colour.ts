export type ColourChoice = 'auto' | 'always' | 'never';

/** `--color` decides, then FORCE_COLOR, NO_COLOR and TERM, then whether it is a terminal. */
export function wantsColour(
  choice: ColourChoice,
  isTerminal: boolean,
  env: Readonly<NodeJS.ProcessEnv>,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  // As no-color.org has it: set and not empty.
  if (env['NO_COLOR']) return false;
  return isTerminal && env['TERM'] !== 'dumb';
}
