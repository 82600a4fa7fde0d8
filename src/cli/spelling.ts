/** The original's spellings, each a verb here. */
const VERBS = ['run', 'doe', 'one', 'progress'] as const;
/** What follows these is theirs: no verb, and no schedule. */
const WITH_VALUE = new Set(['--max-failures', '--postfix', '--entry', '--color']);

/** `--run exp.json --keep-going` -> `run exp.json --keep-going`; anything else stays as it is. */
export function modernSpelling(args: readonly string[]): string[] {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-') || arg === '--') break;
    if (WITH_VALUE.has(arg)) i++;
    const verb = VERBS.find((name) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    if (!verb) continue;
    const value = arg.includes('=') ? [arg.slice(arg.indexOf('=') + 1)] : [];
    return [verb, ...value, ...args.slice(i + 1), ...args.slice(0, i)];
  }
  return [...args];
}
