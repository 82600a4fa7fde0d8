/** The original's spellings, each a verb here. */
const VERBS = ['run', 'one', 'progress'] as const;

/** `--run exp.json --keep-going` -> `run exp.json --keep-going`; anything else stays as it is. */
export function modernSpelling(args: readonly string[]): string[] {
  for (const [i, arg] of args.entries()) {
    if (!arg.startsWith('-') || arg === '--') break;
    const verb = VERBS.find((name) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    if (!verb) continue;
    const value = arg.includes('=') ? [arg.slice(arg.indexOf('=') + 1)] : [];
    return [verb, ...value, ...args.slice(i + 1), ...args.slice(0, i)];
  }
  return [...args];
}
