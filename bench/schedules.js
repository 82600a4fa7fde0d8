import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/** Writes `count` different entries, one a line, as a generator would. */
export async function writeSchedule(file, count, command = ['true']) {
  const out = createWriteStream(file);
  const head = command.map((word) => JSON.stringify(word)).join(', ');
  out.write('[\n');
  for (let i = 0; i < count; i++) {
    const line = `  [${head}, "--seed", "${i}"]${i + 1 < count ? ',' : ''}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end(']\n');
  await once(out, 'close');
}
