// npm run test:nfs [-- --short] [--race]: see README.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../../bench/bundle.js';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
if (process.argv.includes('--race')) {
  await import('./race.js');
} else {
  const built = spawnSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cooperate-nfs-test-'));
  // However this ends.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const program = path.join(folder, 'main.mjs');
  await bundle(fileURLToPath(new URL('main.ts', import.meta.url)), program);
  // In this process, so that Ctrl-C is heard by the one that takes everything down.
  await import(pathToFileURL(program).href);
}
