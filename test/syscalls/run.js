// npm run syscalls: strikes every call of a worker into the kernel. The options are those of syscalls.ts.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../bench/bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = spawnSync(process.execPath, [path.join(root, 'scripts/build.js')], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const folder = await mkdtemp(path.join(os.tmpdir(), 'cooperate-syscalls-bundle-'));
try {
  const program = path.join(folder, 'syscalls.mjs');
  await bundle(path.join(root, 'test/syscalls/syscalls.ts'), program);
  const env = { ...process.env, SYSCALLS_ROOT: root };
  const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  });
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
