/** The original's spellings, each a verb here. */
export const VERBS = ['run', 'doe', 'one', 'progress'] as const;
/** What follows these is theirs: no verb, and no schedule. */
const WITH_VALUE = new Set(
  (
    '--color --entry --profile --attempt --tail --state --host --worker ' +
    '--max-failures --requeue-lost --retries --postfix -j --jobs --gpus --per-gpu --gpus-per-run --threads --venv --conda --module --setup ' +
    '--container --bind --timeout --limit --time-limit --expect --on-failure --on-finish --nice --hours ' +
    '-s --set -d --design -n --runs --seed --centers --baseline -w --where --when -r --repeat --as --order --spec ' +
    '-f --file --times --hosts --session'
  ).split(' '),
);

/** `--run exp.json --keep-going` -> `run exp.json --keep-going`; anything else stays as it is. */
export function modernSpelling(args: readonly string[]): string[] {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-') || arg === '--') break;
    if (WITH_VALUE.has(arg)) i++;
    const verb = VERBS.find((name) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    if (!verb) continue;
    const value = arg.includes('=') ? [arg.slice(arg.indexOf('=') + 1)] : [];
    return [verb, ...args.slice(0, i), ...value, ...args.slice(i + 1)];
  }
  return [...args];
}

/** A selection is optional: `status --entries exp.json` lists all entries of the schedule. */
export function withSelections(args: readonly string[]): readonly string[] {
  if (args[0] !== 'status') return args;
  return args.map((arg, i) => {
    const next = args[i + 1];
    const isAlone = (arg === '--entries' || arg === '-e') && next !== undefined && /[./]/.test(next);
    return isAlone ? '--entries=all' : arg;
  });
}

/** Our own words: what stands behind -- is the user's command. */
export function ownWords(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}
