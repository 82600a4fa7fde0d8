// One bundle with lazily loaded chunks: reading many small files is what makes a Node program start slowly.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'esbuild';
import { licensesOf } from './licenses.js';
import { manPage } from './man.js';
import { noDevtools } from './no-devtools.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  define: {
    COOPERATE_VERSION: JSON.stringify(version),
    // Else React would bring its development build along.
    'process.env.NODE_ENV': '"production"',
  },
  plugins: [noDevtools],
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // CommonJS dependencies call require() for Node's own modules.
  banner: {
    js: "import { createRequire as createRequire_ } from 'node:module';\nconst require = createRequire_(import.meta.url);",
  },
});

const licenses = 'dist/LICENSES.txt';
await writeFile(path.join(root, licenses), await licensesOf(root, Object.keys(metafile.inputs)));

const man = 'dist/man/cooperate.1';
await mkdir(path.join(root, 'dist/man'), { recursive: true });
await writeFile(path.join(root, man), await manPage(root, version));

// Only now, so that a program that is starting meanwhile always finds its files.
const current = new Set([...Object.keys(metafile.outputs), licenses, man].map((file) => path.join(root, file)));
for (const entry of await readdir(path.join(root, 'dist'), { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !current.has(file)) await rm(file, { force: true });
}
