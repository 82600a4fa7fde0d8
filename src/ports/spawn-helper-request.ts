import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { commandPath } from './spawn-path.js';
import type { RunCommand } from './spawn.js';

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

export function assignments(variables: Iterable<readonly [string, string]>): string[] {
  return Array.from(variables, ([name, value]) => `${name}=${value}`);
}

/** Undefined for what had better be started in the ordinary way: malformed or not to be found. */
export function startRequest({ argv, env, cwd = '' }: RunCommand, base: Environment): string[] | undefined {
  const [name = ''] = argv;
  const file = name.includes('/') ? executable(name, cwd) : commandPath(name, env['PATH']);
  if (file === undefined || !/^(\/|$)/.test(cwd) || cwd.includes('\0')) return undefined;
  if (argv.some((argument) => argument.includes('\0'))) return undefined;
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
  return [file, cwd, String(changed.length), String(gone.length), ...assignments(changed), ...gone, ...argv];
}

/** Whether it can be set: a name without `=`, and no NUL anywhere. */
function isPlain(name: string, value: unknown): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0') && !String(value).includes('\0');
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
