import { doctor, type LeaderPorts } from '../commands/doctor.js';
import { joinDoctor } from '../commands/doctor-join.js';
import { systemClock } from '../ports/clock.js';
import { runCommand } from '../ports/command.js';
import { realFileSystem } from '../ports/fs-real.js';
import { realTrialFiles } from '../ports/fs-trial.js';
import { identify, processStart } from '../ports/host.js';
import { guardedLock } from '../ports/lock.js';
import { harmless } from '../ports/screen-text.js';
import { EXIT, STOP_SIGNALS, type StopSignal } from './exit-codes.js';
import { print } from './print.js';
import type { DoctorOptions } from './program-doctor.js';
import { shownDoctor, valueOfDoctor } from './show-doctor.js';
import { own } from './show-notice.js';
import { stdoutPage } from './stdout-page.js';

/** A process that takes part is done long before, whatever happens. */
const PARTNER_MS = 10 * 60_000;

/** `cooperate doctor`: returns the exit code. */
export async function doctorAction(path: string, options: DoctorOptions): Promise<number> {
  const stopped = new AbortController();
  let signalled: StopSignal | undefined;
  for (const signal of STOP_SIGNALS)
    process.once(signal, () => {
      signalled = signal;
      stopped.abort();
    });
  const ports = realPorts(stopped.signal, options.session !== undefined);
  const code = options.join ? await join(ports, path, options) : await lead(ports, path, options);
  return signalled ? EXIT.signal[signalled] : code;
}

async function lead(ports: LeaderPorts, path: string, options: DoctorOptions): Promise<number> {
  const { hosts, keep, json } = options;
  const examined = await doctor(ports, { path, hosts, keep });
  if (!examined) return EXIT.done;
  await print(json ? [JSON.stringify(valueOfDoctor(examined))] : shownDoctor(stdoutPage(options), examined));
  return examined.verdict === 'do-not-use' ? EXIT.filesystem : EXIT.done;
}

async function join(ports: LeaderPorts, path: string, { session }: DoctorOptions): Promise<number> {
  const parent = process.ppid;
  const local = session !== undefined && {
    leader: session,
    isOrphan: () => process.ppid !== parent,
    die: () => process.kill(process.pid, 'SIGKILL'),
  };
  const isDone = await joinDoctor(ports, { path, ...local });
  ports.progress(
    isDone ? 'done; the verdict stands where the first doctor runs' : 'the first doctor has ended',
  );
  return EXIT.done;
}

function realPorts(signal: AbortSignal, isQuiet: boolean): LeaderPorts {
  return {
    fs: realFileSystem(),
    trials: realTrialFiles,
    clock: systemClock,
    lock: guardedLock,
    identify,
    processStart,
    signal,
    progress: (text) => {
      if (!isQuiet) process.stderr.write(`${own(harmlessLines(text))}\n`);
    },
    partners: async (folder, leader, count) => {
      const args = [process.argv[1] ?? '', 'doctor', folder, '--join', '--session', leader];
      const started = Array.from({ length: count }, () =>
        runCommand(process.execPath, args, PARTNER_MS, process.env),
      );
      await Promise.all(started);
    },
  };
}

function harmlessLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}
