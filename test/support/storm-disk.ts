import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Random } from './random.js';

/** Where the schedule lies, and what becomes of the room there. */
export interface Disk {
  readonly folder: string;
  /** How often it was full. */
  readonly squeezes: number;
  /** Asked all the time. */
  tick(now: number): void;
  /** From now on there is room. */
  relieve(): void;
  close(): void;
}

export const DISKS = ['plain', 'full tmpfs', 'quota'] as const;
export type DiskKind = (typeof DISKS)[number];

const TIGHT_MS = [200, 1500] as const;
const ROOMY_MS = [300, 2500] as const;

abstract class Squeezed implements Disk {
  squeezes = 0;
  #tight = false;
  #next = 0;

  constructor(
    readonly folder: string,
    protected readonly random: Random,
  ) {}

  tick(now: number): void {
    if (now < this.#next) {
      if (this.#tight) this.refill();
      return;
    }
    // Room first.
    if (this.#next > 0) this.#tight = !this.#tight;
    const [shortest, longest] = this.#tight ? TIGHT_MS : ROOMY_MS;
    this.#next = now + this.random.between(shortest, longest);
    if (this.#tight) {
      this.squeezes++;
      this.squeeze();
    } else this.release();
  }

  relieve(): void {
    this.#tight = false;
    this.#next = Infinity;
    this.release();
  }

  protected abstract squeeze(): void;
  /** What became free meanwhile is taken too. */
  protected abstract refill(): void;
  protected abstract release(): void;
  abstract close(): void;
}

class Tmpfs extends Squeezed {
  readonly #filling: number;
  #names = 0;
  #byNames = false;

  constructor(dir: string, random: Random) {
    super(mountPoint(dir), random);
    must('mount', '-t', 'tmpfs', '-o', 'size=48m,nr_inodes=16k', 'cooperate-test', this.folder);
    this.#filling = openSync(path.join(this.folder, 'filling'), 'w');
    mkdirSync(path.join(this.folder, 'names'));
  }

  protected squeeze(): void {
    this.#byNames = this.random.next() < 0.3;
    const { bsize, bavail } = statfsSync(this.folder);
    if (!this.#byNames) untilFull(() => writeSync(this.#filling, Buffer.alloc(bsize * bavail)));
    this.refill();
  }

  protected refill(): void {
    if (this.#byNames)
      untilFull(() => writeFileSync(path.join(this.folder, 'names', String(this.#names++)), ''));
    else untilFull(() => writeSync(this.#filling, Buffer.alloc(512)));
  }

  protected release(): void {
    ftruncateSync(this.#filling);
    rmSync(path.join(this.folder, 'names'), { recursive: true });
    mkdirSync(path.join(this.folder, 'names'));
    this.#names = 0;
  }

  close(): void {
    closeSync(this.#filling);
    must('umount', '-l', this.folder);
  }
}

/** A quota group of btrfs: with ext4 and XFS it takes a kernel that was built with quotas. */
class Quota extends Squeezed {
  readonly #mount: string;
  readonly #group: string;

  constructor(dir: string, random: Random) {
    const mount = mountPoint(dir);
    const image = path.join(dir, 'image');
    writeFileSync(image, '');
    truncateSync(image, 512 * 2 ** 20);
    must('mkfs.btrfs', '-q', image);
    must('mount', '-o', 'loop', image, mount);
    must('btrfs', 'quota', 'enable', mount);
    const folder = path.join(mount, 'quota');
    must('btrfs', 'subvolume', 'create', folder);
    // So that the limit is always below what is used.
    writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(4 * 2 ** 20, 'x'));
    must('sync', '-f', folder);
    super(folder, random);
    this.#mount = mount;
    this.#group = `0/${must('btrfs', 'inspect-internal', 'rootid', folder).trim()}`;
  }

  protected squeeze(): void {
    this.#limit('1M');
  }

  protected refill(): void {
    // The limit holds by itself.
  }

  protected release(): void {
    this.#limit('none');
  }

  /** By its number and from outside: lifting the limit inside would need room there. */
  #limit(size: string): void {
    must('btrfs', 'qgroup', 'limit', size, this.#group, this.#mount);
  }

  close(): void {
    must('umount', '-l', this.#mount);
  }
}

const plain = (folder: string): Disk => ({
  folder,
  squeezes: 0,
  tick: () => undefined,
  relieve: () => undefined,
  close: () => undefined,
});

export function makeDisk(kind: DiskKind, dir: string, random: Random): Disk {
  if (kind === 'plain') return plain(dir);
  return kind === 'quota' ? new Quota(dir, random) : new Tmpfs(dir, random);
}

/** Why there is none here; undefined: there is one. */
export function whyNot(kind: DiskKind): string | undefined {
  if (kind === 'plain') return undefined;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root may mount';
  const dir = must('mktemp', '-d').trim();
  try {
    makeDisk(kind, dir, { next: () => 0, between: () => 0 } as unknown as Random).close();
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function mountPoint(dir: string): string {
  const folder = path.join(dir, 'disk');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function untilFull(write: () => void): void {
  try {
    for (;;) write();
  } catch {
    // Full.
  }
}

function must(command: string, ...args: string[]): string {
  const { status, stderr, stdout, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw new Error(`${command} is missing`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
