import { design, grow, readSpec, specOf, type Designed } from '../commands/doe.js';
import { runsToAdd, writeDesign, type Existing } from '../commands/doe-write.js';
import type { Ports } from '../commands/workshop.js';
import type { DoeFlags } from '../doe/spec-flags.js';
import { Failure } from '../failure.js';
import { realTerminal } from '../ports/terminal.js';
import type { StopSwitch } from '../worker/stop.js';
import { askedDesign } from './doe-asking.js';
import { EXIT } from './exit-codes.js';
import { realPorts, stopCode } from './ports.js';
import type { DoeOptions } from './program-doe.js';
import { remarksOf, shownDesigns, showWritten, valueOfDry, valueOfWritten } from './show-doe.js';
import { showCommand } from './show-command.js';
import { version } from './version.js';

/** A design, and what to do with it. */
export interface Request {
  readonly designed: Designed;
  readonly existing: Existing;
}

/** `cooperate doe`: returns the exit code. */
export async function doeAction(
  named: string,
  command: readonly string[],
  options: DoeOptions,
): Promise<number> {
  // As in the original.
  const schedule = named.endsWith('.json') ? named : `${named}.json`;
  let stop: StopSwitch | undefined;
  const base = realPorts(schedule, options.color);
  const ports = { ...base, onStop: (made: StopSwitch) => base.onStop((stop = made)) };
  const print = (line: string): void => void ports.screen.write('stdout', Buffer.from(`${line}\n`));
  const say = (line: string): void => void ports.screen.notice(line);
  try {
    if (options.show) {
      for await (const line of shownDesigns(ports.fs, schedule, options.json ?? false)) print(line);
      return EXIT.done;
    }
    const request = await requested(ports, schedule, flagsIn(options, command), options);
    if (!request) return EXIT.done;
    const { designed, existing } = request;
    if (options.dryRun) {
      const runs = existing === 'append' ? await runsToAdd(ports.fs, schedule, designed) : allRuns(designed);
      if (options.json) print(JSON.stringify(valueOfDry(schedule, designed, [...runs])));
      else {
        for (const argv of runs) print(showCommand(argv));
        for (const line of remarksOf(designed.plan)) say(line);
      }
      return EXIT.done;
    }
    const written = await writeDesign(ports, schedule, designed, existing, version);
    if (!written) return stopCode(stop) ?? EXIT.done;
    if (options.json) print(JSON.stringify(valueOfWritten(schedule, designed, written)));
    else for (const line of showWritten(schedule, designed, written)) say(line);
    return EXIT.done;
  } finally {
    await ports.screen.close();
  }
}

function* allRuns({ plan }: Designed): Generator<string[]> {
  for (let run = 0; run < plan.count; run++) yield plan.argv(run);
}

/** What says how the schedule is made, with nothing said as nothing. */
function flagsIn(options: DoeOptions, command: readonly string[]): DoeFlags {
  const { set = [], where = [], when = [], as = [] } = options;
  return { ...options, set, where, when, as, command };
}

/** From flags, from a file, from what was kept, or by asking; undefined when the user chose to leave it all. */
async function requested(
  ports: Ports,
  schedule: string,
  flags: DoeFlags,
  { spec, append, replace, yes, dryRun }: DoeOptions,
): Promise<Request | undefined> {
  const existing = append ? 'append' : replace ? 'replace' : 'refuse';
  const many = yes ?? false;
  const given = givenIn(flags);
  if (spec !== undefined) {
    if (given.length > 0) throw bothGiven(given);
    return { designed: design(await readSpec(ports.fs, spec), many), existing };
  }
  if (append && flags.runs !== undefined && given.every((name) => name === '--runs'))
    return { designed: await grow(ports.fs, schedule, flags.runs, many), existing };
  if (given.length > 0) return { designed: design(specOf(flags), many), existing };
  const terminal = realTerminal();
  if (!terminal.isInteractive || dryRun) throw nobodyToAsk();
  return askedDesign(ports, terminal, schedule, { yes: many, existing });
}

/** The options that say what to make. */
function givenIn(flags: DoeFlags): string[] {
  const { set, where, when, as, command, scramble, design, runs, seed, centers, baseline, repeat, order } =
    flags;
  const lists = Object.entries({
    '--set': set,
    '--where': where,
    '--when': when,
    '--as': as,
    'a command': command,
  });
  const single = {
    '--design': design,
    '--runs': runs,
    '--seed': seed,
    '--centers': centers,
    '--baseline': baseline,
  };
  const more = { '--repeat': repeat, '--order': order, '--no-scramble': scramble === false ? true : undefined };
  return [
    ...lists.flatMap(([name, list]) => (list.length > 0 ? [name] : [])),
    ...Object.entries({ ...single, ...more }).flatMap(([name, value]) => (value === undefined ? [] : [name])),
  ];
}

function bothGiven(given: readonly string[]): Failure {
  return new Failure({
    reason: 'usage',
    problem: `--spec says everything, so ${given.join(', ')} cannot be given beside it.`,
    remedy: 'Put it into the file.',
  });
}

function nobodyToAsk(): Failure {
  return new Failure({
    reason: 'usage',
    problem: 'what is to be made? There is no terminal to ask on.',
    remedy:
      'Give it as flags, for example: --set lr=0.1,0.01 -- python main.py. Or as a file: --spec sweep.yaml.',
  });
}
