import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A glance at what is there, for hints while somebody types: cheap, and never an error. */
export interface Peek {
  /** The first bytes of a file, at most so many; undefined for everything else. */
  head(path: string, most: number): Promise<Buffer | undefined>;
  /** What lies in a folder, links followed; nothing in what is none. */
  folder(path: string): Promise<readonly Lying[]>;
}

export interface Lying {
  readonly name: string;
  readonly isFolder: boolean;
}

export const realPeek: Peek = {
  async head(path, most) {
    try {
      // A pipe would have us wait for whoever writes to it.
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        if (!(await file.stat()).isFile()) return undefined;
        const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch {
      return undefined;
    }
  },

  async folder(path) {
    try {
      const found = await readdir(path, { withFileTypes: true });
      return await Promise.all(
        found.map(async (entry) => ({
          name: entry.name,
          isFolder: entry.isSymbolicLink() ? await isFolder(join(path, entry.name)) : entry.isDirectory(),
        })),
      );
    } catch {
      return [];
    }
  },
};

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
