// npm run chaos: ten minutes of everything at once, then workers halted at every step. CHAOS_MINUTES sets another time,
// CHAOS_SEED repeats the same dice. Small disks are mounted where nobody else sees them, and go with the last process.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const command = [vitest, 'run', '--config', 'vitest.chaos.config.ts', ...process.argv.slice(2)];
const apart = ['--mount', '--propagation', 'private'];
const canMount = spawnSync('unshare', [...apart, 'true']).status === 0;
const { program, args } = canMount
  ? { program: 'unshare', args: [...apart, process.execPath, ...command] }
  : { program: process.execPath, args: command };
process.exitCode = spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
