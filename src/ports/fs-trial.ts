import fs from 'node:fs/promises';

/** Operations that the program itself never trusts, so that what they do here can be told. */
export interface TrialFiles {
  /** open(2) with O_EXCL. */
  createExclusive(path: string): Promise<void>;
  /** A plain stat, as old as the mount likes. */
  sizeOf(path: string): Promise<number>;
  /** Of the file that is there, in its place. */
  rewrite(path: string, bytes: Uint8Array): Promise<void>;
  touch(path: string): Promise<void>;
  /** With the error of a filesystem that cannot. */
  syncDirectory(path: string): Promise<void>;
  space(path: string): Promise<Space>;
}

/** What is free for this user, and of how much; inodes are 0 of 0 where they are not counted. */
export interface Space {
  readonly freeBytes: number;
  readonly bytes: number;
  readonly freeInodes: number;
  readonly inodes: number;
}

export const realTrialFiles: TrialFiles = {
  async createExclusive(path) {
    await (await fs.open(path, 'wx')).close();
  },

  async sizeOf(path) {
    return (await fs.stat(path)).size;
  },

  rewrite: (path, bytes) => fs.writeFile(path, bytes),

  async touch(path) {
    const now = new Date();
    await fs.utimes(path, now, now);
  },

  async syncDirectory(path) {
    const folder = await fs.open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close().catch(() => undefined);
    }
  },

  async space(path) {
    const { bsize, bavail, blocks, ffree, files } = await fs.statfs(path);
    return { freeBytes: bavail * bsize, bytes: blocks * bsize, freeInodes: ffree, inodes: files };
  },
};
