// One bundle with lazily loaded chunks: reading many small files is what makes a Node program start slowly.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'esbuild';
import { declarations } from './declarations.js';
import { buildLibrary } from './library.js';
import { licensesOf } from './licenses.js';
import { manPage } from './man.js';
import { noDevtools } from './no-devtools.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const options = {
  absWorkingDir: root,
  // The second is a thread.
  entryPoints: ['src/cli/main.ts', 'src/survey/hash-thread.ts'],
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
};
const metafiles = (await Promise.all([build(options), buildLibrary(options)])).map(({ metafile }) => metafile);

const licenses = 'dist/LICENSES.txt';
await writeFile(
  path.join(root, licenses),
  await licensesOf(root, [...new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)))]),
);

const written = new Map([
  ['dist/man/cooperate.1', await manPage(root, version)],
  ...(await declarations(root)),
]);
for (const [file, text] of written) {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

// Only now, so that a program that is starting meanwhile always finds its files.
const current = new Set(
  [...metafiles.flatMap(({ outputs }) => Object.keys(outputs)), licenses, ...written.keys()].map((file) =>
    path.join(root, file),
  ),
);
for (const entry of await readdir(path.join(root, 'dist'), { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !current.has(file)) await rm(file, { force: true });
}
