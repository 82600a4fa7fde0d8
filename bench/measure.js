import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../bin/cooperate.js', import.meta.url));

/** Runs commands side by side, output thrown away; resolves with the seconds until the last has ended. */
export async function timed(...commands) {
  const began = performance.now();
  await Promise.all(commands.map((command) => ended(command)));
  return (performance.now() - began) / 1000;
}

function ended([file, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${[file, ...args].join(' ')} ended with ${code}`)),
    );
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A markdown table. */
export function print(title, head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log(`\n${title}\n`);
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(line(row));
}
