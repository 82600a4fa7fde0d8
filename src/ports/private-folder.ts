import fs from 'node:fs/promises';

/** With its parents; what is made is open to this user alone. */
export async function makePrivateFolder(path: string): Promise<void> {
  await fs.mkdir(path, { recursive: true, mode: 0o700 });
}
