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
  const began = performance.now();
  await bed.cable(guest, 'down');
  say(`client ${guest} is cut off, with ${victims.length} workers`);
  const over = delay(cutSeconds * 1000);
  const notice =
    cutSeconds > 180 ? noticed(scene, clients, victims, began, cutSeconds * 1000 - 5000) : undefined;
  await over;
  await bed.cable(guest, 'up');
  say(`client ${guest} is connected again`);
  return told(await notice, 'on another host');
}

async function living({ bed, folder }: Scene, guest: number): Promise<string[]> {
  const out = await bed.onServer(`ls ${folder}/exp.json.cooperate/1/heartbeats`);
  return out.split('\n').filter((name) => name.startsWith(`client${guest}-`) && !name.endsWith('-desk'));
}

/** Until somebody who watches from this client is told that all of these workers are suspect or gone. */
async function noticed(
  { bed, cooperate, folder }: Scene,
  watcher: number,
  workers: readonly string[],
  began: number,
  withinMs = NOTICE_WITHIN_MS,
): Promise<{ standing: string; seconds: number } | undefined> {
  if (workers.length === 0) return undefined;
  const child = bed.spawn(watcher, `cd ${folder} && exec ${cooperate} status exp.json --all --watch --json`);
  let buffered = '';
  return new Promise((resolve) => {
    const finish = (standing?: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(standing === undefined ? undefined : { standing, seconds: since(began) });
    };
    const timer = setTimeout(finish, Math.max(0, began + withinMs - performance.now()));
    child.once('close', () => finish());
    child.stdout?.on('data', (data: Buffer) => {
      const lines = (buffered + data.toString()).split('\n');
      buffered = lines.pop() ?? '';
      for (const line of lines) {
        const standings = standingsIn(line);
        const known = workers.map((worker) => standings.get(worker) ?? 'unknown');
        if (known.every((standing) => standing === 'suspect' || standing === 'gone')) finish(known[0]);
      }
    });
  });
}

function standingsIn(line: string): Map<string, string> {
  const { workers } = JSON.parse(line) as { workers: { worker: string; standing: string }[] };
  return new Map(workers.map(({ worker, standing }) => [worker, standing]));
}

function told(notice: { standing: string; seconds: number } | undefined, who: Notice['who']): Notice[] {
  return notice ? [{ who, ...notice }] : [];
}

function since(began: number): number {
  return Math.round((performance.now() - began) / 100) / 10;
}
