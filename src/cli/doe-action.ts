import { runsToAdd, writeDesign } from '../commands/doe-write.js';
import type { Ports } from '../commands/workshop.js';
import { Failure } from '../failure.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { Screen } from '../ports/screen.js';
import type { StopSwitch } from '../worker/stop.js';
import { requested, type Request } from './doe-request.js';
import { EXIT } from './exit-codes.js';
import { checkFolder } from './new-schedule.js';
import { realPorts, stopCode } from './ports.js';
import { strayWords, type DoeOptions } from './program-doe.js';
import { showCommand } from './show-command.js';
import { showDry, shownDesigns, showWritten, valueOfDry, valueOfWritten } from './show-doe.js';
import { version } from './version.js';

/** `cooperate doe`: returns the exit code. */
export async function doeAction(
  named: string,
  command: readonly string[],
  options: DoeOptions,
): Promise<number> {
  const schedule = scheduleName(named);
  const ports = realPorts(schedule, options.color);
  const { show = false, dryRun = false, json = false } = options;
  try {
    if (show) return await printDesigns(ports, schedule, json);
    if (!dryRun) await checkFolder(ports, schedule);
    const stray = strayWords(process.argv, command);
    const request = await requested(ports, schedule, options, command, stray);
    if (!request) return EXIT.done;
    return await (dryRun ? printRuns : write)(ports, schedule, request, json);
  } finally {
    await ports.screen.close();
  }
}

/** As in the original, `.json` need not be typed. */
function scheduleName(named: string): string {
  if (!/(?:^|\/)\.{0,2}$/.test(named)) return named.endsWith('.json') ? named : `${named}.json`;
  throw new Failure({
    reason: 'usage',
    problem: `${showCommand([named])} is no name for a schedule.`,
    remedy: 'Name a file, such as exp.json.',
  });
}

async function isThere(fs: FileSystem, path: string): Promise<boolean> {
  return fs.fingerprint(path).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT',
  );
}

/** Data, as it comes and as fast as it is read. */
function print(screen: Screen, line: string): void | Promise<void> {
  return screen.write('stdout', Buffer.from(`${line}\n`));
}

async function printDesigns({ fs, screen }: Ports, schedule: string, json: boolean): Promise<number> {
  for await (const line of shownDesigns(fs, schedule, json)) await print(screen, line);
  return EXIT.done;
}

async function printRuns(
  { fs, screen }: Ports,
  schedule: string,
  { designed, existing }: Request,
  json: boolean,
): Promise<number> {
  const { count, argv } = existing === 'append' ? await runsToAdd(fs, schedule, designed) : designed.plan;
  if (json) {
    const runs = Array.from({ length: count }, (_, run) => argv(run));
    await print(screen, JSON.stringify(valueOfDry(schedule, designed, runs)));
    return EXIT.done;
  }
  for (let run = 0; run < count; run++) await print(screen, showCommand(argv(run)));
  const isTaken = existing === 'refuse' && (await isThere(fs, schedule));
  for (const line of showDry(schedule, designed, count, isTaken)) await screen.notice(line);
  return EXIT.done;
}

async function write(
  ports: Ports,
  schedule: string,
  { designed, existing }: Request,
  json: boolean,
): Promise<number> {
  const { screen } = ports;
  let stop: StopSwitch | undefined;
  const onStop = (made: StopSwitch) => ports.onStop((stop = made));
  const written = await writeDesign({ ...ports, onStop }, schedule, designed, existing, version);
  if (!written) return stopCode(stop) ?? EXIT.done;
  if (json) await print(screen, JSON.stringify(valueOfWritten(schedule, designed, written)));
  else for (const line of showWritten(schedule, designed, written)) await screen.notice(line);
  return EXIT.done;
}
