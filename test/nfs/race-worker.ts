// A worker on a client of the NFS bed: `full` is the real one, `cells` claims by cells alone, without lock and rewrite.
import { setTimeout as delay } from 'node:timers/promises';
import { readdir, readFile } from 'node:fs/promises';
import { Book } from '../../src/claim/book.js';
import { claimName, startName } from '../../src/claim/names.js';
import { sidecarOf } from '../../src/claim/sidecar.js';
import { realPorts } from '../../src/cli/ports.js';
import { openWorkshop, workerIn } from '../../src/commands/workshop.js';
import { slotHash } from '../../src/schedule/slots.js';

const [mode, schedule = ''] = process.argv.slice(2);
const ports = { ...realPorts(schedule, 'never'), tell: () => undefined };

process.stdout.write('ready\n');
while (!(await readdir('.')).includes('go')) await delay(50);
const result = mode === 'cells' ? await cellsAlone() : await full();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);

async function full() {
  const shop = await openWorkshop(ports, schedule, {
    inherit: false,
    slots: [{}],
    onFailure: (failed) => process.stderr.write(`FAILED ${JSON.stringify(failed)}\n`),
  });
  const waits: number[] = [];
  const claim = shop.claimer.claim.bind(shop.claimer);
  shop.claimer.claim = async (...args) => {
    const began = performance.now();
    const round = await claim(...args);
    if (round?.is === 'claimed') waits.push(performance.now() - began);
    return round;
  };
  const { ended, failed } = await workerIn(shop, ports, { maxFailures: Infinity }).work();
  return { ended, failed, waits };
}

async function cellsAlone() {
  const identity = {
    worker: `cells-${process.pid}-${Math.random().toString(36).slice(2)}`,
    ...(await ports.identify()),
  };
  const { fs, clock, probes } = ports;
  const entries = JSON.parse((await readFile(schedule)).toString()) as string[][];
  const book = await Book.open({ fs, clock, probes, identity, sidecar: sidecarOf(schedule) }, entries.length);
  let ended = 0;
  let failed = 0;
  for (const [entry, argv] of entries.entries()) {
    const id = { hash: slotHash(argv), copy: 0, generation: 0 };
    if (!(await book.cells.create(claimName(id))) || !(await book.cells.create(startName(id)))) continue;
    const at = clock.wallTime().toISOString();
    book.journal.record({ t: 'start', claim: claimName(id), entry, at });
    const run = { argv, env: process.env, inherit: false, onOutput: () => undefined };
    const end = await ports.spawner.start(run).ended;
    const code = end.is === 'exited' ? end.code : 1;
    book.journal.record({ t: 'end', claim: claimName(id), entry, at, took: 0, code });
    ended++;
    if (code !== 0) failed++;
  }
  await book.journal.flush();
  return { ended, failed, waits: [] };
}
