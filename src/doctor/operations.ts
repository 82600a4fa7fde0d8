import { errorCode, type FileSystem } from '../ports/fs.js';
import type { TrialFiles } from '../ports/fs-trial.js';

/** What the filesystem says to what is asked of it; `ok`, or the code of the error. */
export interface Operations {
  readonly link: string;
  /** How many names one file got, itself included, and what ended it. */
  readonly links: number;
  readonly linksEnd: string;
  readonly replaceFile: string;
  readonly moveFolder: string;
  /** A folder over one with something in it: here an error is what is wanted. */
  readonly replaceFolder: string;
  readonly syncFile: string;
  readonly syncFolder: string;
  readonly touch: string;
}

/** One more than the program puts on one file. */
const ENOUGH_LINKS = 1001;
const NOTHING = Buffer.alloc(0);

/** Tries everything once, in a folder of its own. */
export async function tryOperations(fs: FileSystem, trials: TrialFiles, folder: string): Promise<Operations> {
  const at = (name: string): string => `${folder}/${name}`;
  await fs.makeDirectory(folder);
  const syncFile = await said(() => fs.write(at('file'), NOTHING));
  if (syncFile !== 'ok') await trials.createExclusive(at('file')).catch(() => undefined);
  const link = await said(() => fs.link(at('file'), at('link')));
  return {
    syncFile,
    link,
    ...(await manyLinks(fs, folder, link)),
    replaceFile: await said(async () => {
      await trials.createExclusive(at('other'));
      await fs.rename(at('other'), at('file'));
    }),
    ...(await folders(fs, trials, at)),
    syncFolder: await said(() => trials.syncDirectory(folder)),
    touch: await said(() => trials.touch(at('file'))),
  };
}

async function manyLinks(
  fs: FileSystem,
  folder: string,
  link: string,
): Promise<Pick<Operations, 'links' | 'linksEnd'>> {
  if (link !== 'ok') return { links: 1, linksEnd: link };
  let links = 2;
  let linksEnd = 'ok';
  for (; links < ENOUGH_LINKS && linksEnd === 'ok'; links++)
    linksEnd = await said(() => fs.link(`${folder}/file`, `${folder}/link.${links}`));
  return { links: linksEnd === 'ok' ? links : links - 1, linksEnd };
}

async function folders(
  fs: FileSystem,
  trials: TrialFiles,
  at: (name: string) => string,
): Promise<Pick<Operations, 'moveFolder' | 'replaceFolder'>> {
  const full = async (name: string): Promise<void> => {
    await fs.createDirectory(at(name));
    await trials.createExclusive(at(`${name}/owner`));
  };
  await full('one');
  await full('two');
  // As the lock comes from its nest, out of another folder.
  await fs.createDirectory(at('inner'));
  const moveFolder = await said(() => fs.rename(at('one'), at('inner/one')));
  const replaceFolder = await said(() => fs.rename(at('two'), at('inner/one')));
  return { moveFolder, replaceFolder };
}

async function said(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return 'ok';
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code;
  }
}
