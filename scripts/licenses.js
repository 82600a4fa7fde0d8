import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The license texts of the packages whose code is inside the bundle: they ask to travel with it.
 * @param {string} root
 * @param {readonly string[]} inputs bundled files, relative to root
 */
export async function licensesOf(root, inputs) {
  const packages = new Set(inputs.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? ''));
  packages.delete('');
  const texts = await Promise.all([...packages].sort().map((folder) => licenseOf(path.join(root, folder))));
  return [...texts, await directionNumbers(root)].join('\n\n');
}

/**
 * Data that have a license of their own, which stands at the head of the file that holds them.
 * @param {string} root
 */
async function directionNumbers(root) {
  const source = await readFile(path.join(root, 'src/doe/designs/sobol-directions.ts'), 'utf8');
  const comment = source.slice(source.indexOf('/*') + 2, source.indexOf('*/'));
  return `${comment.replace(/^ \* ?/gm, '').trim()}\n`;
}

/** @param {string} folder */
async function licenseOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : await readFile(path.join(folder, file), 'utf8');
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
