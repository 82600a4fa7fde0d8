import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { errorCode } from './fs.js';

/** The command never ran; `problem` is for people. */
export interface Unstartable {
  readonly is: 'unstartable';
  /** ENOENT, EACCES, E2BIG, EAGAIN ... */
  readonly code: string;
  readonly problem: string;
}

interface Attempt {
  readonly argv: readonly string[];
  readonly cwd?: string;
}

/** Says which of the several things that one error code can mean it was. */
export function explain(error: unknown, { argv, cwd }: Attempt): Unstartable {
  const [file = ''] = argv;
  if (file === '') return unstartable('ENOENT', 'the command is empty');
  if (argv.some((argument) => argument.includes('\0')))
    return unstartable('EINVAL', 'an argument holds a NUL byte');
  const code = errorCode(error) ?? 'UNKNOWN';
  return (cwd === undefined ? undefined : badDirectory(cwd)) ?? unstartable(code, problem(code, file, error));
}

function badDirectory(path: string): Unstartable | undefined {
  try {
    if (!statSync(path).isDirectory()) return unstartable('ENOTDIR', `not a directory: ${path}`);
    accessSync(path, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error) ?? 'UNKNOWN';
    return unstartable(
      code,
      code === 'ENOENT' ? `no such directory: ${path}` : `cannot enter directory: ${path}`,
    );
  }
}

function problem(code: string, file: string, error: unknown): string {
  switch (code) {
    case 'ENOENT':
      return file.includes('/') && existsSync(file)
        ? 'its interpreter (the #! line) does not exist'
        : 'no such command';
    case 'EACCES':
      return 'not executable, or permission denied';
    case 'E2BIG':
      return 'its arguments and environment are too long for the system';
    case 'EAGAIN':
      return 'too many processes';
    case 'ENOMEM':
      return 'out of memory';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many open files';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function unstartable(code: string, problem: string): Unstartable {
  return { is: 'unstartable', code, problem };
}
