import { listEntries, one } from '../commands/one.js';
import { Failure } from '../failure.js';
import { setNiceness } from '../ports/host.js';
import { harmless } from '../ports/screen-text.js';
import { realTerminal } from '../ports/terminal.js';
import type { StopSwitch } from '../worker/stop.js';
import { EXIT } from './exit-codes.js';
import { hostIn } from './host-options.js';
import { realHostPorts, realPorts, stopCode } from './ports.js';
import type { OneOptions } from './program.js';
import { runOptionsWith } from './settings.js';
import { showFailedEntry } from './show-run.js';

/** `cooperate one`: returns the exit code. */
export async function oneAction(schedule: string, given: OneOptions): Promise<number> {
  let stop: StopSwitch | undefined;
  const base = realPorts(schedule, given.color);
  const options = await runOptionsWith(given, base);
  if (options.nice !== undefined) setNiceness(options.nice);
  const ports = { ...base, onStop: (made: StopSwitch) => base.onStop((stop = made)) };
  try {
    const entry = options.entry ?? (await chooseEntry(schedule, ports));
    const { force, inherit = false, timeout: timeoutMs } = options;
    // As one run of several would have it.
    const host = hostIn(options, given, { jobs: 1 });
    const succeeded = await one(
      ports,
      realHostPorts(),
      { schedule, entry, force, inherit, timeoutMs, host },
      (failed) => void ports.screen.notice(showFailedEntry(failed)),
    );
    return stopCode(stop) ?? (succeeded ? EXIT.done : EXIT.entryFailed);
  } finally {
    await ports.screen.close();
  }
}

async function chooseEntry(schedule: string, { fs, screen }: ReturnType<typeof realPorts>): Promise<number> {
  let count = 0;
  for await (const { entry, command, executed } of listEntries(fs, schedule)) {
    await screen.write(
      'stdout',
      Buffer.from(`${entry}: ${harmless(command)}${executed ? ' (previously executed)' : ''}\n`),
    );
    count++;
  }
  if (count === 0) throw new Failure({ reason: 'entry-unknown', path: schedule, entry: 0, count });
  const terminal = realTerminal();
  if (!terminal.isInteractive) throw nobodyToAsk();
  const answer = await terminal.ask('Which entry?', (text) =>
    /^\d+$/.test(text.trim()) && Number(text) < count ? undefined : `An index from 0 to ${count - 1}, please.`,
  );
  return Number(answer);
}

function nobodyToAsk(): Failure {
  return new Failure({
    reason: 'usage',
    problem: 'which entry? There is no terminal to ask on.',
    remedy: 'Give its index, for example --entry 3.',
  });
}
