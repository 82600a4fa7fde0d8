import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Sandbox } from './chaos-sandbox.js';

const SOURCE = fileURLToPath(new URL('../chaos/mutant-worker.ts', import.meta.url));

/** The mutant as one script that node can run, in the sandbox. */
export async function bundleMutant(sandbox: Sandbox): Promise<string> {
  const outfile = path.join(sandbox.dir, 'program', 'mutant.mjs');
  if (existsSync(outfile)) return outfile;
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}
