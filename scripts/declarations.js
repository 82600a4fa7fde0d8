// The types of the library, each file by itself: what it exports says all of its types.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

/**
 * Declarations by the path of their file.
 * @param {string} root
 * @returns {Promise<Map<string, string>>}
 */
export async function declarations(root) {
  const index = await declared(root, 'src/library/index.ts');
  const found = new Map([index]);
  for (const [file, text] of found) {
    for (const [, to] of text.matchAll(/from '([.]{1,2}\/[^']+)[.]js'/g)) {
      const source = path.join('src', path.relative('dist', path.dirname(file)), `${to}.ts`);
      const next = await declared(root, source);
      if (!found.has(next[0])) found.set(...next);
    }
  }
  return found;
}

/**
 * @param {string} root
 * @param {string} source
 * @returns {Promise<[string, string]>}
 */
async function declared(root, source) {
  const text = await readFile(path.join(root, source), 'utf8');
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
    fileName: source,
    reportDiagnostics: true,
    compilerOptions: { isolatedDeclarations: true, declaration: true, target: ts.ScriptTarget.ES2022 },
  });
  for (const { messageText } of diagnostics)
    throw new Error(`${source}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  return [path.join('dist', path.relative('src', source)).replace(/[.]ts$/, '.d.ts'), outputText];
}
