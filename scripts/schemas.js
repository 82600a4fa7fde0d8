// Writes the JSON Schema of a spec, for editors, from the schema that the program itself checks specs against.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/doe/spec-schema.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});
const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
const { specJsonSchema } = await import(`data:text/javascript;base64,${source}`);

const file = fileURLToPath(new URL('../schema/spec.json', import.meta.url));
const options = { ...(await resolveConfig(file)), filepath: file };
await writeFile(file, await format(JSON.stringify(specJsonSchema()), options));
