/** A path as a user in the current directory would type it. */
export function asTyped(path: string, directory = process.cwd()): string {
  if (path === '') return "''";
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}
