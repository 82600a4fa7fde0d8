import os from 'node:os';
import { isatty } from 'node:tty';
import type { HostPorts } from '../commands/host.js';
import type { Ports } from '../commands/workshop.js';
import { Failure } from '../failure.js';
import { runCommand } from '../ports/command.js';
import { systemClock } from '../ports/clock.js';
import { realFileSystem } from '../ports/fs-real.js';
import { visibleGpus } from '../ports/gpus.js';
import { isFile, isFolder, isOnPath } from '../ports/shell-env.js';
import { identify, processStart } from '../ports/host.js';
import { guardedLock } from '../ports/lock.js';
import type { ColourChoice } from '../ports/screen-colour.js';
import { realScreen } from '../ports/screen.js';
import { slurmState } from '../ports/slurm.js';
import { helpedSpawner } from '../ports/spawn-helped.js';

import type { StopSwitch } from '../worker/stop.js';
import { currentDirectory } from './as-typed.js';
import { EXIT, STOP_SIGNALS, type StopSignal } from './exit-codes.js';
import { showNotice } from './show-notice.js';

/** A holder that has shown no sign of life for this long is taken to be gone. */
const STALE_MS = 10_000;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 10_000;

/** The real outside world, for one command on one schedule. */
export function realPorts(schedule: string, colour: ColourChoice): Ports {
  const screen = realScreen({ colour });
  const fs = realFileSystem();
  return {
    fs,
    clock: systemClock,
    spawner: helpedSpawner(),
    screen,
    probes: { processStart, slurmState: (job) => slurmState(job) },
    lock: guardedLock,
    identify,
    shell: (command, timeoutMs, env) => runCommand('sh', ['-c', command], timeoutMs, env),
    env: process.env,
    directory: directory(),
    graceMs: Number(process.env['COOPERATE_GRACE_MS'] ?? GRACE_MS),
    staleMs: Number(process.env['COOPERATE_STALE_MS'] ?? STALE_MS),
    tell: (notice) => void screen.notice(showNotice(notice, schedule)),
    onStop: (stop) => {
      for (const signal of STOP_SIGNALS) process.on(signal, () => onSignal(signal, stop));
    },
  };

  function onSignal(signal: StopSignal, stop: StopSwitch): void {
    if (stop.killing.aborted) {
      // Asked a third time: whatever it waits for, the journal and the cells tell the next worker.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    if (stop.request(signal) === 'draining') {
      void screen.notice(showNotice({ tell: 'stopping', running: stop.running }, schedule));
    }
  }
}

function directory(): string {
  const path = currentDirectory();
  if (path !== undefined) return path;
  throw new Failure({
    reason: 'filesystem',
    code: 'ENOENT',
    operation: 'enter the current directory',
    path: '.',
  });
}

/** The exit code of a worker that was told to stop. */
export function stopCode(stop: StopSwitch | undefined): number | undefined {
  return stop?.signal && EXIT.signal[stop.signal as StopSignal];
}

export function realHostPorts(): HostPorts {
  return {
    cores: os.availableParallelism(),
    home: process.env['HOME'],
    // Not os.userInfo: it throws where the user has no name, as in many containers.
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    hasTerminal: isatty(0),
    gpus: visibleGpus,
    ...{ isFile, isFolder, isOnPath },
  };
}
