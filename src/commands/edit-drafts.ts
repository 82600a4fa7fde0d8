import { createHash, randomBytes } from 'node:crypto';
import { basename, isAbsolute, join } from 'node:path';
import type { Known } from '../claim/merge.js';
import type { Probes } from '../claim/peers.js';
import { sidecarOf } from '../claim/sidecar.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { HostIdentity } from '../ports/host.js';

/** Who edits what, and what they know. */
interface About extends Known {
  readonly version: 1;
  readonly schedule: string;
  readonly hostname: string;
  readonly pid: number;
  readonly bootId: string | undefined;
  readonly pidNamespace: string | undefined;
  readonly processStart: string | undefined;
  /** For people. */
  readonly at: string;
  /** It may have come into the schedule. */
  readonly begun: boolean;
}

/**
 * A copy that is being edited, with what it was a copy of: in a folder of its own, where an editor may put what it
 * likes, and which outlives this process and a crash.
 */
export interface Draft {
  readonly folder: string;
  /** What the editor works on. */
  readonly path: string;
  readonly about: About;
  readonly base: Buffer;
}

export interface DraftPorts {
  readonly fs: FileSystem;
  readonly probes: Probes;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  identify(): Promise<HostIdentity>;
  /** Makes a folder that is this user's alone. */
  makeFolder(path: string): Promise<void>;
}

const ABOUT = 'about.json';
const BASE = 'base';

/** The drafts of one schedule. */
export class Drafts {
  readonly #ports: DraftPorts;
  readonly #schedule: string;

  /** `schedule`: its real path. */
  constructor(ports: DraftPorts, schedule: string) {
    this.#ports = ports;
    this.#schedule = schedule;
  }

  async begin(base: Buffer, known: Known, now: Date): Promise<Draft> {
    const { hostname, pid, bootId, pidNamespace, processStart } = await this.#ports.identify();
    const folder = await this.#newFolder();
    const about: About = {
      ...{ version: 1, schedule: this.#schedule, ...known },
      ...{ hostname, pid, bootId, pidNamespace, processStart },
      ...{ at: now.toISOString(), begun: false },
    };
    const { fs } = this.#ports;
    const draft = { folder, path: this.#copyIn(folder), about, base };
    await fs.write(join(folder, BASE), base);
    await fs.write(draft.path, base);
    await this.#write(draft);
    return draft;
  }

  /** It is merged from here on: who finds it later cannot know how far that came. */
  async begun(draft: Draft): Promise<void> {
    await this.#write({ ...draft, about: { ...draft.about, begun: true } });
  }

  /** This process goes on with it. */
  async resume(draft: Draft): Promise<Draft> {
    const { hostname, pid, bootId, pidNamespace, processStart } = await this.#ports.identify();
    const mine = { ...draft, about: { ...draft.about, hostname, pid, bootId, pidNamespace, processStart } };
    await this.#write(mine);
    return mine;
  }

  async discard({ folder }: Pick<Draft, 'folder'>): Promise<void> {
    const { fs } = this.#ports;
    for (const name of await fs.list(folder).catch((): string[] => []))
      await fs.unlink(join(folder, name)).catch(() => undefined);
    await fs.removeDirectory(folder).catch(() => undefined);
  }

  /** What the copy says now; undefined when it is gone. */
  async read({ path }: Draft): Promise<Buffer | undefined> {
    try {
      return (await this.#ports.fs.read(path)).bytes;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return undefined;
    }
  }

  /** Edits that nobody is at any more, the newest first. Copies in which nothing was changed are removed. */
  async left(): Promise<Draft[]> {
    const drafts: Draft[] = [];
    for (const root of this.#roots()) {
      const names = await this.#ports.fs.list(root).catch((): string[] => []);
      for (const name of names.filter((one) => one.startsWith(this.#prefix()))) {
        const draft = await this.#draftIn(join(root, name));
        if (!draft || (await this.#isOpen(draft.about))) continue;
        const now = await this.read(draft);
        if (!now || now.equals(draft.base)) await this.discard(draft);
        else drafts.push(draft);
      }
    }
    return drafts.sort((a, b) => b.about.at.localeCompare(a.about.at));
  }

  async #draftIn(folder: string): Promise<Draft | undefined> {
    const { fs } = this.#ports;
    try {
      const about = JSON.parse((await fs.read(join(folder, ABOUT))).bytes.toString()) as About;
      if (about.schedule !== this.#schedule) return undefined;
      const base = (await fs.read(join(folder, BASE))).bytes;
      return { folder, path: this.#copyIn(folder), about, base };
    } catch {
      // Begun this moment, or by a machine that went down: the copy itself stays where it is.
      return undefined;
    }
  }

  /** Whether its process lives, as far as this host can tell. */
  async #isOpen(about: About): Promise<boolean> {
    const here = await this.#ports.identify();
    const isHere =
      about.hostname === here.hostname &&
      about.bootId === here.bootId &&
      about.pidNamespace === here.pidNamespace;
    if (!isHere) return false;
    const start = await this.#ports.probes.processStart(about.pid);
    return start !== 'gone' && (start === undefined || start === about.processStart);
  }

  async #write({ folder, about }: Draft): Promise<void> {
    const { fs } = this.#ports;
    // By rename: one that is half written would be an edit that nobody finds.
    await fs.write(join(folder, `${ABOUT}~`), Buffer.from(`${JSON.stringify(about)}\n`));
    await fs.rename(join(folder, `${ABOUT}~`), join(folder, ABOUT));
    await fs.syncDirectory(folder);
  }

  async #newFolder(): Promise<string> {
    const name = `${this.#prefix()}${randomBytes(3).toString('hex')}`;
    const [first, ...others] = this.#roots();
    for (const root of [first as string, ...others]) {
      try {
        await this.#ports.makeFolder(join(root, name));
        return join(root, name);
      } catch (error) {
        if (root === (others.at(-1) ?? first)) throw error;
      }
    }
    throw new Error('unreachable');
  }

  /** In the user's own files, which a cluster's hosts share; without a home beside the schedule. */
  #roots(): string[] {
    const { XDG_STATE_HOME: state, HOME: home } = this.#ports.env;
    const own =
      state && isAbsolute(state) ? state : home && isAbsolute(home) ? join(home, '.local/state') : undefined;
    const beside = join(sidecarOf(this.#schedule), 'edits');
    return own === undefined ? [beside] : [join(own, 'cooperate/edits'), beside];
  }

  #prefix(): string {
    const hash = createHash('sha256').update(this.#schedule).digest('hex').slice(0, 8);
    return `${this.#copyName()}-${hash}-`;
  }

  /** Editors know by the name what kind of text it is. */
  #copyName(): string {
    const name = basename(this.#schedule);
    return name.endsWith('.json') ? name : `${name}.json`;
  }

  #copyIn(folder: string): string {
    return join(folder, this.#copyName());
  }
}
