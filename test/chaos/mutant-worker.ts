import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import lockfile from 'proper-lockfile';
import { realFileSystem } from '../../src/ports/fs-real.js';
import { editText } from '../../src/schedule/edit.js';
import { scan } from '../../src/schedule/scan.js';
import { argvOf } from '../../src/schedule/slots.js';

/*
 * A worker as one would write it with a good lock and nothing else: under proper-lockfile read the schedule, mark the
 * first pending entry, write it atomically; then run it. When it is told that it has lost the lock it says so and goes
 * on, for the default, an exception out of a timer, would end it in the middle of a run. No claim cells, no guarded
 * filesystem: the chaos harness must find it out.
 */
const schedule = process.argv[2] ?? '';
const fs = realFileSystem();
const STALE_MS = 2000;

async function claim(): Promise<readonly string[] | undefined> {
  const release = await lockfile.lock(schedule, {
    stale: STALE_MS,
    retries: { forever: true, factor: 1.2, minTimeout: 5, maxTimeout: 100, randomize: true },
    onCompromised: (error) => process.stdout.write(`${error.message}\n`),
  });
  // Says who to aim at; nobody here reads it.
  writeFileSync(`${schedule}.holder`, String(process.pid));
  try {
    const { bytes, ownership } = await fs.read(schedule);
    const text = scan(bytes);
    const entry = text.marked.indexOf(0);
    if (entry < 0) return undefined;
    const temporary = `${schedule}.${process.pid}.tmp`;
    await fs.write(temporary, editText(text, { mark: [entry], unmark: [] }), ownership);
    await fs.rename(temporary, schedule);
    return argvOf(text, entry);
  } finally {
    // Taken over meanwhile: then there is nothing to release.
    await release().catch(() => undefined);
  }
}

for (let argv = await claim(); argv; argv = await claim()) {
  const [file = '', ...args] = argv;
  process.stdout.write(`Running: ${argv.join(' ')}\n`);
  const env = { ...process.env, COOPERATE_SCHEDULE: schedule, COOPERATE_WORKER: String(process.pid) };
  await once(spawn(file, args, { env, stdio: 'inherit', detached: true }), 'exit');
}
