import type { ChildProcess } from 'node:child_process';
import type { Bed } from './bed.js';

interface Member {
  readonly client: number;
  readonly child: ChildProcess;
  readonly over: Promise<void>;
  killed: boolean;
  output: string;
  code: number | null | undefined;
}

export interface Departure {
  readonly client: number;
  readonly code: number | null;
  readonly output: string;
}

/** Of what a worker says, this much is kept. */
const KEPT = 4000;

/** The workers on all clients, each the real program. */
export class Fleet {
  readonly #bed: Bed;
  readonly #command: string;
  readonly #each: number;
  readonly #members: Member[] = [];

  constructor(bed: Bed, command: string, each: number) {
    this.#bed = bed;
    this.#command = command;
    this.#each = each;
  }

  get started(): number {
    return this.#members.length;
  }

  startOn(client: number, count = this.#each): void {
    for (let i = 0; i < count; i++) this.#members.push(this.#start(client));
  }

  /** Its host has lost its power: nobody will ever say so. */
  hostDied(client: number): void {
    for (const member of this.#members) {
      if (member.client !== client || member.code !== undefined) continue;
      member.killed = true;
      member.child.kill('SIGKILL');
    }
  }

  /** Kills one worker of a client, by its pid there. */
  async killOne(client: number, folder: string): Promise<string> {
    const heartbeats = `${folder}/exp.json.cooperate/1/heartbeats`;
    const { out } = await this.#bed.ask(client, `ls ${heartbeats} | grep '^client${client}-'`);
    const living = out.split('\n').filter((name) => /^client\d+-\d+-[0-9a-f]+$/.test(name));
    for (const name of living) {
      const { code } = await this.#bed.ask(client, `kill -KILL ${name.split('-')[1] ?? ''}`);
      if (code === 0) return name;
    }
    throw new Error(`nobody to kill on client ${client}`);
  }

  /** Of the workers that nobody killed, when all are over. */
  async ended(timeoutMs: number): Promise<Departure[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(this.#members.map(({ over }) => over)), late]);
    clearTimeout(timer);
    return this.#members
      .filter(({ killed }) => !killed)
      .map(({ client, code = null, output }) => ({ client, code, output }));
  }

  abandon(): void {
    for (const { child } of this.#members) child.kill('SIGKILL');
  }

  #start(client: number): Member {
    const child = this.#bed.spawn(client, this.#command);
    const over = new Promise<void>((resolve) => {
      child.once('close', (code) => {
        member.code = code;
        resolve();
      });
    });
    const member: Member = { client, child, over, killed: false, output: '', code: undefined };
    const keep = (data: Buffer): void => {
      member.output = (member.output + data.toString()).slice(-KEPT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    return member;
  }
}
