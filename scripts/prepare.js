// npm runs this after `npm install`, and again when `npx cooperate` links this folder for the first time.
// That second time everything is there, and the quickstart may be halfway through.
import { existsSync } from 'node:fs';

const linking = process.env.npm_command === 'exec';
if (!(linking && existsSync(new URL('../dist/cli/main.js', import.meta.url)))) {
  await import('./build.js');
  await import('../fixtures/quickstart/make.js');
}
