import { type ChildProcess, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** The two pipes between a run and its worker: stdout, then stderr. */
export interface Channel {
  readonly stdio: ['inherit', 'pipe' | number, 'pipe' | number];
  /** Our ends; to be asked for once, after the start. */
  readers(child: ChildProcess): [Readable, Readable];
  /** The start threw: there are no readers. */
  abandon(): void;
  /** `clean`: both readers came to their end, so nobody else holds the pipes. */
  release(clean: boolean): void;
}

/*
 * Node's own 'pipe' is a socket, and Linux refuses to open a socket by name: `echo x > /dev/stderr`, `tee /dev/stderr`
 * and `--output /dev/stdout` fail with ENXIO. A named pipe is a real one; unlinked at once, it is opened anew for every
 * run through /proc, which costs as much as Node's socket. Elsewhere, or without mkfifo, Node's has to do.
 */
type Fifos = readonly [number, number];

const idle: Fifos[] = [];
let unavailable = process.platform !== 'linux';

export function openChannel(): Channel {
  const fifos = unavailable ? undefined : (idle.pop() ?? makeFifos());
  return (fifos && fifoChannel(fifos)) ?? socketChannel();
}

function socketChannel(): Channel {
  return {
    stdio: ['inherit', 'pipe', 'pipe'],
    readers: (child) => [child.stdout as Readable, child.stderr as Readable],
    abandon: () => undefined,
    release: () => undefined,
  };
}

function fifoChannel(fifos: Fifos): Channel | undefined {
  const opened: number[] = [];
  const open = (fifo: number, flags: number): number => {
    const fd = openSync(`/proc/self/fd/${fifo}`, flags);
    opened.push(fd);
    return fd;
  };
  try {
    // Reading ends first and without waiting: opening a named pipe for writing waits for a reader.
    const ours = fifos.map((fifo) => open(fifo, constants.O_RDONLY | constants.O_NONBLOCK));
    const [out, err] = [open(fifos[0], constants.O_WRONLY), open(fifos[1], constants.O_WRONLY)];
    const close = (fds: readonly number[]): void => fds.forEach((fd) => closeSync(fd));
    return {
      stdio: ['inherit', out, err],
      readers: () => {
        close([out, err]);
        return ours.map((fd) => new Socket({ fd, readable: true, writable: false })) as [Socket, Socket];
      },
      abandon: () => {
        close(opened);
        idle.push(fifos);
      },
      release: (clean) => (clean ? idle.push(fifos) : close(fifos)),
    };
  } catch {
    // Out of descriptors, or no /proc.
    [...opened, ...fifos].forEach((fd) => closeSync(fd));
    return undefined;
  }
}

/** Reading ends that only keep the pipes in existence; a writing one would keep them from ever ending. */
function makeFifos(): Fifos | undefined {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'cooperate-'));
    try {
      const paths = [join(folder, 'stdout'), join(folder, 'stderr')] as const;
      unavailable = spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status !== 0;
      if (unavailable) return undefined;
      const flags = constants.O_RDONLY | constants.O_NONBLOCK;
      return [openSync(paths[0], flags), openSync(paths[1], flags)];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    return undefined;
  }
}
