// Writes the JSON Schemas of specs and settings, for editors, from the schemas that the program itself checks them against.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));

const { specJsonSchema } = await loaded('src/doe/spec/spec-schema.ts');
await write('spec', specJsonSchema());
const { settingsJsonSchema } = await loaded('src/settings/settings-schema.ts');
await write('config', settingsJsonSchema());

/** @param {string} entry */
async function loaded(entry) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/**
 * @param {string} name
 * @param {object} schema
 */
async function write(name, schema) {
  const file = fileURLToPath(new URL(`../schema/${name}.json`, import.meta.url));
  const options = { ...(await resolveConfig(file)), filepath: file };
  await writeFile(file, await format(JSON.stringify(schema), options));
}
