import type { Check, Findings, Grade } from './findings.js';

/** Errors of link, rename, fsync and utimes. */
export function judgeOperations({ operations, races }: Findings): Check[] {
  const { link, links, linksEnd, replaceFile, moveFolder, replaceFolder, syncFile, syncFolder, touch } =
    operations;
  const one = (id: string, what: string, code: string, good: string, otherwise: string, grade: Grade): Check =>
    code === 'ok'
      ? { id, what, result: 'works', means: good, grade: 'good' }
      : { id, what, result: code, means: otherwise, grade };
  const ends = linksEnd === 'ok' ? `${links} and more` : `${links}, then ${linksEnd}`;
  const manyLinks: Check = {
    id: 'links',
    what: 'links to one file',
    result: ends,
    means: 'a new file when they run out',
    grade: 'good',
  };
  const noLink = races.rename ? 'cells are folders instead' : 'no cells';
  return [
    link === 'ok' ? manyLinks : one('links', 'link', link, '', noLink, 'warning'),
    one(
      'rename',
      'rename over a file',
      replaceFile,
      'rewrites are one step',
      'the schedule cannot be rewritten',
      'bad',
    ),
    one(
      'rename-folder',
      'rename to another folder',
      moveFolder,
      'the lock comes in one step',
      'there is no lock',
      'bad',
    ),
    {
      id: 'rename-full',
      what: 'rename over a full folder',
      result: replaceFolder === 'ok' ? 'replaces it' : `refused, ${replaceFolder}`,
      means: replaceFolder === 'ok' ? 'a held lock can be taken away' : 'a held lock stays held',
      grade: replaceFolder === 'ok' ? 'bad' : 'good',
    },
    one(
      'fsync',
      'fsync of a file',
      syncFile,
      'records survive a power loss',
      'nothing can be made durable',
      'bad',
    ),
    one(
      'fsync-folder',
      'fsync of a folder',
      syncFolder,
      'names survive a power loss',
      'names are as durable as the server makes them',
      'note',
    ),
    one('utimes', 'utimes', touch, 'not needed', 'not needed', 'note'),
  ];
}
