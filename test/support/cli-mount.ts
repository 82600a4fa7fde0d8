import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small filesystem of its own, which can be filled up and made read-only. */
export class Mount {
  #kept: number[] = [];

  constructor(
    readonly path: string,
    options = 'size=1m',
  ) {
    mkdirSync(path, { recursive: true });
    must('mount', '-t', 'tmpfs', '-o', options, 'cooperate-test', path);
  }

  /** Leaves not a byte; what is deleted from now on frees none either, as where others fill it up at once. */
  fill(): void {
    const files = readdirSync(this.path, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(this.path, name),
    );
    this.#kept = files.filter((file) => statSync(file).isFile()).map((file) => openSync(file, 'r'));
    const { bsize, bavail } = statfsSync(this.path);
    try {
      writeFileSync(join(this.path, 'filling'), Buffer.alloc(bsize * (bavail + 1), 'x'));
    } catch {
      // Full: what fits is in.
    }
  }

  free(): void {
    this.#kept.splice(0).forEach((fd) => closeSync(fd));
    rmSync(join(this.path, 'filling'));
  }

  /** False where it is refused, as while a file is open for writing. */
  remount(mode: 'ro' | 'rw'): boolean {
    try {
      must('mount', '-o', `remount,${mode}`, this.path);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#kept.splice(0).forEach((fd) => closeSync(fd));
    must('umount', '-l', this.path);
  }
}

function must(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** Only root may mount, and not in every container. */
export const canMount = probe();

function probe(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const path = mkdtempSync(join(tmpdir(), 'cooperate-mount-'));
  try {
    new Mount(path).close();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true });
  }
}
