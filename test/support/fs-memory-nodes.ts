import type { Fingerprint, Ownership } from '../../src/ports/fs.js';

/** Who did or sees something: one mount of the filesystem. */
export type Client = symbol;

export type Node = FileNode | DirectoryNode | SymlinkNode;

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly ino: bigint;
  readonly entries: Map<string, Entry>;
  links: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

export interface SymlinkNode {
  readonly kind: 'symlink';
  readonly ino: bigint;
  readonly target: string;
  links: number;
  ctimeNs: bigint;
}

/** What a name leads to, since when, and what it led to before, for clients that lag. */
export interface Entry {
  readonly node: Node;
  readonly since: bigint;
  readonly by: Client;
  readonly older: readonly Entry[];
}

/** One state of a file: `since` is the step that made it. */
export interface Version {
  readonly since: bigint;
  readonly by: Client;
  readonly bytes: Buffer;
  readonly print: Fingerprint;
  readonly ownership: Ownership;
}

/** A file whatever its names are; it keeps as many past versions as the laziest client may see. */
export class FileNode {
  readonly kind = 'file';
  links = 1;
  ctimeNs: bigint;
  size = 0;
  readonly #past: Version[] = [];
  #data = Buffer.alloc(64);
  #since: bigint;

  constructor(
    readonly ino: bigint,
    step: bigint,
    public ownership: Ownership,
    public by: Client,
  ) {
    this.#since = step;
    this.ctimeNs = step;
  }

  put(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#data.length) {
      const larger = Buffer.alloc(2 * end);
      this.#data.copy(larger, 0, 0, this.size);
      this.#data = larger;
    }
    this.#data.set(bytes, position);
    this.size = Math.max(this.size, end);
  }

  truncate(): void {
    this.size = 0;
  }

  remember(depth: number): void {
    if (depth === 0) return;
    this.#past.push(this.current());
    this.#past.splice(0, this.#past.length - depth);
  }

  changed(step: bigint, client: Client): void {
    this.#since = step;
    this.ctimeNs = step;
    this.by = client;
  }

  current(): Version {
    const bytes = Buffer.from(this.#data.subarray(0, this.size));
    return { since: this.#since, by: this.by, bytes, print: this.print(), ownership: this.ownership };
  }

  print(): Fingerprint {
    return { dev: 1n, ino: this.ino, size: BigInt(this.size), mtimeNs: this.#since, ctimeNs: this.ctimeNs };
  }

  versions(): Version[] {
    return [...this.#past, this.current()];
  }
}

export function newDirectory(ino: bigint): DirectoryNode {
  return { kind: 'directory', ino, entries: new Map(), links: 1, mtimeNs: 0n, ctimeNs: 0n };
}

/** All states that a name showed, oldest first, as far as they are kept. */
export function history(entry: Entry): Version[] {
  const targets = [...entry.older, entry];
  return targets.flatMap(({ node, since, by }, index) => {
    if (node.kind !== 'file') return [];
    const until = targets[index + 1]?.since;
    const shown = node.versions().filter((version) => until === undefined || version.since < until);
    const atStart = shown.filter((version) => version.since <= since).slice(-1);
    const later = shown.filter((version) => version.since > since);
    return [...atStart.map((version) => ({ ...version, since, by })), ...later];
  });
}
