// Loaded into a real worker by `node --import`: sends it a signal right before one of its steps, where a step is
// whatever other processes could notice. CHAOS_HALT has a line for each halt: the signal, the how manieth match, and a
// regular expression for the step's name. CHAOS_TRACE names a file that gets one line a step.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const { CHAOS_HALT = '', CHAOS_TRACE } = process.env;
const { appendFileSync } = fs;
const halts = CHAOS_HALT.split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, signal = '', nth, name = ''] = /^(\w+) (\d+) (.*)$/.exec(line) ?? [];
    return { signal, left: Number(nth), name: new RegExp(name) };
  });

/** @param {string} name */
function step(name) {
  if (CHAOS_TRACE) appendFileSync(CHAOS_TRACE, `${name}\n`);
  for (const halt of halts) {
    if (halt.name.test(name) && --halt.left === 0) process.kill(process.pid, halt.signal);
  }
}

const patched = /** @type {Record<string, (...args: any[]) => any>} */ (/** @type {unknown} */ (fs));

/** @param {string} name */
function announce(name) {
  const original = patched[name];
  if (!original) throw new Error(`no fs.${name}`);
  /** @param {any[]} args */
  patched[name] = (...args) => {
    const paths = args.filter((arg) => typeof arg === 'string');
    const reads = name === 'open' && (args[1] & fs.constants.O_CREAT) === 0;
    if (!reads) step(`${name} ${paths.map(short).join(' ')}`);
    return original.apply(fs, args);
  };
}

/** @param {string} file */
function short(file) {
  return `${path.basename(path.dirname(file))}/${path.basename(file)}`;
}

['open', 'rename', 'link', 'unlink', 'mkdir', 'rmdir', 'fsync', 'writeSync'].forEach(announce);

const { spawn } = childProcess;
/** @param {any[]} args */
function announcedSpawn(...args) {
  step('spawn');
  const child = /** @type {any} */ (spawn).apply(childProcess, args);
  step('spawned');
  return child;
}
childProcess.spawn = /** @type {typeof spawn} */ (/** @type {unknown} */ (announcedSpawn));
syncBuiltinESMExports();
