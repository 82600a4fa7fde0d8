/** A path as a user in the current directory would type it. */
export function asTyped(path: string): string {
  if (path === '') return "''";
  const directory = currentDirectory();
  return directory && path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}

/** Undefined when it was deleted under us. */
export function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
