import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Bed, type Version } from './bed.js';
import { FAULTS, type Fault } from './faults.js';
import { round, type RoundReport } from './round.js';
import { tableOf } from './table.js';

/** Distributions and shells use it for "did not run at all". */
const CANNOT = 77;
const SHORT = { version: '4.2', entries: '240', faults: 'worker,client,server,cut', cut: '8', edits: '2' };
const LONG = {
  version: '3,4.2',
  entries: '10000',
  faults: 'worker,client,server,cut,worker,client,server',
  cut: '300',
  edits: '8',
};

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    version: { type: 'string' },
    entries: { type: 'string' },
    clients: { type: 'string', default: '3' },
    workers: { type: 'string', default: '4' },
    jobs: { type: 'string', default: '1' },
    faults: { type: 'string' },
    edits: { type: 'string' },
    'cut-seconds': { type: 'string' },
    'requeue-lost': { type: 'string' },
    out: { type: 'string' },
  },
});
const preset = values.short ? SHORT : LONG;
const versions = (values.version ?? preset.version).split(',').map(versionOf);
const faults = (values.faults ?? preset.faults)
  .split(',')
  .filter((name) => name !== '' && name !== 'none')
  .map(faultOf);

const root = process.cwd();
const bed = new Bed(root);
const began = performance.now();
const reports: RoundReport[] = [];

process.exitCode = await main();

async function main(): Promise<number> {
  const lacks = bed.lacks();
  if (lacks !== undefined) {
    console.error(`NFS test skipped: ${lacks}.`);
    return CANNOT;
  }
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      bed.down();
      console.error(`ended by ${signal}: the bed is down`);
      process.exit(code);
    });
  }
  try {
    for (const version of versions) await onVersion(version);
  } finally {
    bed.down();
  }
  console.log(tableOf(reports));
  if (values.out !== undefined)
    writeFileSync(values.out, `${JSON.stringify({ version: 1, rounds: reports }, undefined, 2)}\n`);
  const problems = reports.flatMap(({ problems }) => problems);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  console.log(problems.length === 0 ? 'all held' : `${problems.length} did not hold`);
  return problems.length === 0 ? 0 : 1;
}

async function onVersion(version: Version): Promise<void> {
  const keep = mkdtempSync(path.join(os.tmpdir(), 'cooperate-nfs-share-'));
  const forget = (): void => {
    for (const file of [keep, `${keep}.tar`]) rmSync(file, { recursive: true, force: true });
  };
  process.once('exit', forget);
  let held = false;
  try {
    say(`NFS ${version}: booting`);
    // Else a client may wait for a minute before it asks a server again that was killed.
    await bed.up(version, Number(values.clients), values.short ? 'timeo=50' : undefined);
    const program = bed.copyProgram(root);
    const report = await round(bed, program, keep, {
      ...{ version, faults, say },
      clients: Number(values.clients),
      workers: Number(values.workers),
      jobs: Number(values.jobs),
      entries: Number(values.entries ?? preset.entries),
      edits: Number(values.edits ?? preset.edits),
      cutSeconds: Number(values['cut-seconds'] ?? preset.cut),
      // Both ways to bring back what was lost are tried: by the workers, and by a person.
      policy:
        values['requeue-lost'] === 'never' || (values['requeue-lost'] === undefined && version === '3')
          ? 'never'
          : 'dead',
    });
    reports.push(report);
    held = report.problems.length === 0;
  } finally {
    if (held) forget();
    else say(`a copy of the share is in ${keep}`);
    process.off('exit', forget);
  }
}

function say(text: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
}

function versionOf(text: string): Version {
  if (text === '3' || text === '4.2') return text;
  throw new Error(`--version ${text}: 3 or 4.2`);
}

function faultOf(text: string): Fault {
  const fault = FAULTS.find((name) => name === text);
  if (!fault) throw new Error(`--faults ${text}: of ${FAULTS.join(', ')}, or none`);
  return fault;
}
