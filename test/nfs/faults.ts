import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from './bed.js';
import type { Fleet } from './fleet.js';
import type { Readers } from './readers.js';

export const FAULTS = ['worker', 'client', 'server', 'cut'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Scene {
  readonly bed: Bed;
  readonly fleet: Fleet;
  readonly readers: Readers;
  readonly clients: number;
  /** How a guest starts the program on the schedule: `status` and so on comes behind it. */
  readonly cooperate: string;
  readonly folder: string;
  readonly cutSeconds: number;
  /** Workers that are killed, with what they had begun. */
  readonly killed: Set<string>;
  readonly say: (text: string) => void;
}

/** How long it took until somebody was told that a worker is not at work. */
export interface Notice {
  readonly who: 'on the same host' | 'on its host when it is back' | 'on another host';
  readonly standing: string;
  readonly seconds: number;
}

export interface FaultReport {
  readonly fault: Fault;
  readonly guest: number;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

const NOTICE_WITHIN_MS = 420_000;

/** Does it, puts everything right again, and tells how long others took to notice. */
export async function strike(fault: Fault, scene: Scene, nth: number): Promise<FaultReport> {
  const began = performance.now();
  // The last client is the person's and the watcher's.
  const guest = fault === 'server' ? 0 : 1 + (nth % (scene.clients - 1));
  const notices = await { worker: killWorker, client: killClient, server: killServer, cut: cutClient }[fault](
    scene,
    guest,
  );
  return { fault, guest, seconds: since(began), notices };
}

async function killWorker(scene: Scene, guest: number): Promise<Notice[]> {
  const began = performance.now();
  const worker = await scene.fleet.killOne(guest, scene.folder);
  scene.killed.add(worker);
  scene.say(`killed worker ${worker}`);
  scene.fleet.startOn(guest, 1);
  return told(await noticed(scene, guest, [worker], began), 'on the same host');
}

async function killClient(scene: Scene, guest: number): Promise<Notice[]> {
  const { bed, fleet, readers } = scene;
  const victims = await living(scene, guest);
  const began = performance.now();
  await bed.kill(guest);
  scene.say(`client ${guest} has lost its power, and with it ${victims.length} workers`);
  fleet.hostDied(guest);
  readers.stopIn(guest);
  for (const victim of victims) scene.killed.add(victim);
  await bed.boot(guest);
  fleet.startOn(guest);
  readers.startIn(guest);
  scene.say(`client ${guest} is back`);
  return told(await noticed(scene, guest, victims, began), 'on its host when it is back');
}

async function killServer({ bed, readers, say }: Scene): Promise<Notice[]> {
  await bed.kill(0);
  say('the server has lost its power');
  readers.stopIn(0);
  await bed.boot(0);
  readers.startIn(0);
  say('the server is back');
  return [];
}

async function cutClient(scene: Scene, guest: number): Promise<Notice[]> {
  const { bed, cutSeconds, clients, say } = scene;
  const victims = await living(scene, guest);
  // Somebody has been watching for a while: a worker is suspect when it was seen to stand still for three minutes.
  const watch = new Watch(scene, clients);
  try {
    await watch.first;
    const began = performance.now();
    await bed.cable(guest, 'down');
    say(`client ${guest} is cut off, with ${victims.length} workers`);
    const over = delay(cutSeconds * 1000);
    const notice = watch.overIs(victims, began, cutSeconds * 1000);
    await over;
    await bed.cable(guest, 'up');
    say(`client ${guest} is connected again`);
    return told(await notice, 'on another host');
  } finally {
    watch.stop();
  }
}

/** Workers that are at work, by their heartbeats, on a client. */
async function living({ bed, folder, killed }: Scene, guest: number): Promise<string[]> {
  const out = await bed.onServer(`ls ${folder}/exp.json.cooperate/1/heartbeats`);
  const names = out.split('\n').filter((name) => name.startsWith(`client${guest}-`) && !name.endsWith('-desk'));
  return names.filter((name) => !killed.has(name));
}

/** Until somebody who begins to watch from this client now is told that all of these workers are suspect or gone. */
async function noticed(
  scene: Scene,
  watcher: number,
  workers: readonly string[],
  began: number,
): Promise<Told | undefined> {
  const watch = new Watch(scene, watcher);
  try {
    return await watch.overIs(workers, began, NOTICE_WITHIN_MS);
  } finally {
    watch.stop();
  }
}

interface Told {
  readonly standing: string;
  readonly seconds: number;
}

/** What `cooperate status --watch` says of workers. */
class Watch {
  /** Has been told anything. */
  readonly first: Promise<void>;
  readonly #child: ChildProcess;
  #standings = new Map<string, string>();
  #isOver = false;

  constructor({ bed, cooperate, folder }: Scene, guest: number) {
    this.#child = bed.spawn(guest, `cd ${folder} && exec ${cooperate} status exp.json --all --watch --json`);
    this.first = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#isOver = true;
        resolve();
      });
      if (!this.#child.stdout) return;
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.#standings = standingsIn(line);
        resolve();
      });
    });
  }

  async overIs(workers: readonly string[], began: number, withinMs: number): Promise<Told | undefined> {
    while (workers.length > 0 && !this.#isOver && performance.now() < began + withinMs) {
      const known = workers.map((worker) => this.#standings.get(worker) ?? 'unknown');
      if (known.every((standing) => standing === 'suspect' || standing === 'gone'))
        return { standing: known[0] ?? '', seconds: since(began) };
      await delay(200);
    }
    return undefined;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

function standingsIn(line: string): Map<string, string> {
  const { workers } = JSON.parse(line) as { workers: { worker: string; standing: string }[] };
  return new Map(workers.map(({ worker, standing }) => [worker, standing]));
}

function told(notice: Told | undefined, who: Notice['who']): Notice[] {
  return notice ? [{ who, ...notice }] : [];
}

function since(began: number): number {
  return Math.round((performance.now() - began) / 100) / 10;
}
