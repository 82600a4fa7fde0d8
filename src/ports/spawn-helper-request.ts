import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { commandPath } from './spawn-path.js';
import type { RunCommand } from './spawn.js';

/** More is rare, and would be refused by the system soon: then the error has to come at once. */
const LONGEST = 60_000;

/** What a helper's children have unless their command says otherwise. */
export type Environment = ReadonlyMap<string, string>;

export function environmentOf(env: RunCommand['env']): Environment {
  const variables = new Map<string, string>();
  for (const name in env) {
    const value = env[name];
    if (value !== undefined && isPlain(name, value)) variables.set(name, value);
  }
  return variables;
}

export function environmentFrame(base: Environment): Buffer {
  return frame(assignments([...base]));
}

/** Undefined for what had better be started in the ordinary way: oversized, malformed or not to be found. */
export function commandFrame({ argv, env, cwd = '' }: RunCommand, base: Environment): Buffer | undefined {
  const [name = ''] = argv;
  const file = name.includes('/') ? executable(name, cwd) : commandPath(name, env['PATH']);
  if (file === undefined || cwd.includes('\0') || argv.some((argument) => argument.includes('\0')))
    return undefined;
  const changed: [string, string][] = [];
  let same = 0;
  // With inherited names, as child_process has it.
  for (const variable in env) {
    const value = env[variable];
    if (value === undefined) continue;
    if (base.get(variable) === value) same++;
    else if (isPlain(variable, value)) changed.push([variable, value]);
    else return undefined;
  }
  const gone = same === base.size ? [] : [...base.keys()].filter((variable) => env[variable] === undefined);
  const counts = [String(changed.length), String(gone.length)];
  const request = frame([file, cwd, ...counts, ...assignments(changed), ...gone, ...argv]);
  return request.length > LONGEST ? undefined : request;
}

/** Whether perl can set it: a name without `=`, and no NUL anywhere. */
function isPlain(name: string, value: unknown): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0') && !String(value).includes('\0');
}

function assignments(variables: readonly (readonly [string, string])[]): string[] {
  return variables.map(([name, value]) => `${name}=${value}`);
}

function executable(path: string, cwd: string): string | undefined {
  try {
    const file = resolve(cwd, path);
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

function frame(parts: readonly string[]): Buffer {
  const text = parts.join('\0');
  const size = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + size);
  bytes.writeUInt32BE(size);
  bytes.write(text, 4);
  return bytes;
}
