import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed, Version } from './bed.js';
import { gather, slotOf } from './evidence.js';
import { strike, type Fault, type FaultReport, type Scene } from './faults.js';
import { figuresOf, type ClaimTimes } from './figures.js';
import { Fleet, type Departure } from './fleet.js';
import { judge, type Verdict } from './judge.js';
import { Readers } from './readers.js';

export interface RoundOptions {
  readonly version: Version;
  readonly clients: number;
  /** On each client. */
  readonly workers: number;
  readonly jobs: number;
  readonly entries: number;
  readonly faults: readonly Fault[];
  readonly edits: number;
  readonly cutSeconds: number;
  readonly policy: 'never' | 'dead';
  readonly say: (text: string) => void;
}

export interface RoundReport {
  readonly version: Version;
  readonly clients: number;
  readonly workers: number;
  readonly workersStarted: number;
  readonly seconds: number;
  readonly spawnsPerSecond: number;
  readonly verdict: Verdict;
  readonly edits: number;
  readonly polls: number;
  readonly unreadable: number;
  readonly readErrors: Readonly<Record<string, number>>;
  readonly witnessed: number;
  readonly claims: ClaimTimes;
  readonly faults: readonly FaultReport[];
  readonly problems: readonly string[];
}

/** Every so many entries one takes a second: who is killed is then likely to be running something. */
const SLOW_EVERY = 40;
/** Nothing runs for so long: then it is stuck. */
const STUCK_MS = 600_000;
const FOLDER = 'round';

/** One schedule worked off on a bed that is up, while things go wrong; `keep` is where the share is copied to. */
export async function round(bed: Bed, program: string, keep: string, o: RoundOptions): Promise<RoundReport> {
  const ran = path.join(bed.run, 'ran');
  const entries = Array.from({ length: o.entries }, (_, i) => [
    ran,
    `e${i}`,
    ...(i % SLOW_EVERY === 7 ? ['1'] : []),
  ]);
  const slots = new Map(entries.map((argv) => [argv[1] ?? '', slotOf(argv)]));
  await bed.onServer(`rm -rf ${FOLDER} && mkdir -p ${FOLDER}/runs`);
  bed.put(`${FOLDER}/exp.json`, `[\n${entries.map((argv) => JSON.stringify(argv)).join(',\n')}\n]\n`);

  const cooperate = `${process.execPath} ${program}/bin/cooperate.js`;
  const command = `cd ${FOLDER} && exec ${cooperate} run exp.json -k --wait -j ${o.jobs} --requeue-lost ${o.policy}`;
  const fleet = new Fleet(bed, command, o.workers);
  const readers = new Readers(bed, `cd ${FOLDER} && exec ${process.execPath} ${program}/reader.js`);
  const scene: Scene = { ...o, bed, fleet, readers, cooperate, folder: FOLDER, killed: new Set() };
  const problems: string[] = [];
  try {
    for (let guest = 0; guest <= o.clients; guest++) readers.startIn(guest);
    for (let client = 1; client <= o.clients; client++) fleet.startOn(client);
    const began = performance.now();
    const person = edit(scene, ran, program, o, slots);
    const faults: FaultReport[] = [];
    for (const [i, fault] of o.faults.entries()) {
      await until(
        `${fault} is due`,
        () => readers.runs >= ((i + 0.5) / (o.faults.length + 0.5)) * o.entries,
        readers,
      );
      faults.push(await strike(fault, scene, i));
    }
    await until('all have run', () => readers.runs >= o.entries, readers);
    const edits = await person;
    const seconds = (performance.now() - began) / 1000;
    problems.push(...(await finish(scene, o.policy)));
    readers.stop();
    return {
      ...(await report(scene, o, keep, slots, problems)),
      ...{ faults, edits, seconds: Math.round(seconds) },
    };
  } finally {
    readers.stop();
    fleet.abandon();
  }
}

async function report(
  { bed, fleet, readers, killed }: Scene,
  o: RoundOptions,
  keep: string,
  slots: ReadonlyMap<string, string>,
  problems: string[],
): Promise<Omit<RoundReport, 'faults' | 'edits' | 'seconds'>> {
  mkdirSync(keep, { recursive: true });
  await bed.copyOut(FOLDER, keep);
  const evidence = gather(path.join(keep, FOLDER));
  const verdict = judge({ evidence, slots, killed, witnessed: readers.witnessed });
  problems.push(
    ...verdict.doubles.map((double) => `run twice: ${double}`),
    ...verdict.lostRecords,
    ...verdict.failed.map((failed) => `failed: ${failed}`),
    ...verdict.unended.map((name) => `never ended: ${name}`),
    ...verdict.wrong,
    ...readers.wrong,
  );
  const { claims, perSecond } = figuresOf(evidence.journals);
  return {
    ...{
      version: o.version,
      clients: o.clients,
      workers: o.clients * o.workers,
      workersStarted: fleet.started,
    },
    ...{ spawnsPerSecond: perSecond, verdict, claims, problems },
    ...{
      polls: readers.polls,
      unreadable: readers.invalid,
      readErrors: readers.errors,
      witnessed: readers.witnessed.size,
    },
  };
}

/** A person adds an entry now and then, from the last client. */
async function edit(
  { bed, clients, say }: Scene,
  ran: string,
  program: string,
  { edits, entries }: RoundOptions,
  slots: Map<string, string>,
): Promise<number> {
  for (let i = 0; i < edits; i++) {
    // Spread over what a run of this length takes.
    await delay(Math.max(3000, (entries / 12 / (edits + 1)) * 1000));
    const argv = [ran, `p${i}`];
    slots.set(`p${i}`, slotOf(argv));
    const text = JSON.stringify(argv);
    const { code, errors } = await bed.ask(
      clients,
      `cd ${FOLDER} && node ${program}/person.js exp.json '${text}' 1000`,
    );
    if (code !== 0) say(`the person could not save: ${errors}`);
  }
  return edits;
}

/** What was lost is put back, workers are sent home, and the last one finds nothing to do. */
async function finish(scene: Scene, policy: RoundOptions['policy']): Promise<string[]> {
  const { bed, fleet, clients, cooperate, say } = scene;
  const at = (verb: string): string => `cd ${FOLDER} && ${cooperate} ${verb}`;
  const problems: string[] = [];
  const deadline = performance.now() + STUCK_MS;
  for (;;) {
    const { out, errors } = await bed.ask(clients, at('status exp.json --json'));
    const { totals } = JSON.parse(out || `{"totals":{}}`) as { totals: Record<string, number> };
    const open = ['pending', 'claimed', 'running', 'suspect', 'interrupted'].reduce(
      (sum, state) => sum + (totals[state] ?? 0),
      0,
    );
    say(`status: ${JSON.stringify(totals)}`);
    if (open === 0 && totals['lost'] === 0) break;
    if (performance.now() > deadline) {
      problems.push(`it does not come to an end: ${JSON.stringify(totals)} ${errors}`);
      break;
    }
    // Only on its own host is a worker known to be dead that went down with it; workers with that policy look there, too.
    if (policy === 'never' && (totals['pending'] ?? 0) === 0) say(await requeueLost(scene, at));
    await delay(5000);
  }
  await bed.ask(clients, at('stop exp.json'));
  const gone = await fleet.ended(120_000);
  problems.push(...gone.filter(({ code }) => code !== 0 && code !== 128 && code !== 137).map(said));
  const last = await bed.ask(clients, at('run exp.json'));
  if (last.code !== 0) problems.push(`the last worker: ${last.code}: ${last.out}${last.errors}`);
  return problems;
}

/** By a person who goes from host to host. */
async function requeueLost({ bed, clients }: Scene, at: (verb: string) => string): Promise<string> {
  const answers: string[] = [];
  for (let client = 1; client <= clients; client++)
    answers.push((await bed.ask(client, at('requeue exp.json --lost -y'))).errors.trim());
  return answers.join(' ');
}

function said({ client, code, output }: Departure): string {
  return `a worker on client ${client} ended with ${code ?? 'nothing'}: ${output.slice(-500)}`;
}

async function until(what: string, holds: () => boolean, readers: Readers): Promise<void> {
  let [runs, since] = [readers.runs, performance.now()];
  while (!holds()) {
    await delay(200);
    if (readers.runs !== runs) [runs, since] = [readers.runs, performance.now()];
    if (performance.now() - since > STUCK_MS) throw new Error(`stuck at ${runs} runs, waiting until ${what}`);
  }
}
