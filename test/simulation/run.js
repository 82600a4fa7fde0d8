// npm run simulate -- [--runs N | --steps N] [--seed S] [--mutants] [--mutant NAME] [--trace]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../bench/bundle.js';

const folder = await mkdtemp(path.join(os.tmpdir(), 'cooperate-simulation-'));
try {
  const program = path.join(folder, 'simulate.mjs');
  await bundle(fileURLToPath(new URL('simulate.ts', import.meta.url)), program);
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
