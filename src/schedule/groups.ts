import { EntryReader } from './entries.js';

/** Numbers entries so that equal argvs share a number: an open hash table over typed arrays, compared exactly. */
export class Groups {
  /** Number of groups so far. */
  size = 0;
  /** Per group: its entries, its marked entries. */
  entries = new Uint32Array(64);
  marked = new Uint32Array(64);
  /** Per group: where the arguments of its first entry begin. */
  private bodies = new Uint32Array(64);
  /** Pairs of a hash and a group number plus one, 0 where free: side by side, so that a probe costs one cache miss. */
  private table = new Int32Array(2 * 256);
  /** Number of pairs less one; the number of pairs is a power of two. */
  private mask = 255;

  constructor(private readonly bytes: Buffer) {}

  /** The group of an entry whose arguments lie in [body, end), `]` included. */
  add(hash: number, body: number, end: number, marked: boolean): number {
    const mixed = mix(hash);
    const { table, mask } = this;
    let slot = mixed & mask;
    let group = -1;
    for (let taken = table[2 * slot + 1] as number; taken !== 0; taken = table[2 * slot + 1] as number) {
      if (table[2 * slot] === mixed && this.hasArguments(taken - 1, body, end)) {
        group = taken - 1;
        break;
      }
      slot = (slot + 1) & mask;
    }
    if (group < 0) group = this.open(slot, mixed, body);
    this.entries[group] = (this.entries[group] as number) + 1;
    if (marked) this.marked[group] = (this.marked[group] as number) + 1;
    return group;
  }

  private hasArguments(group: number, body: number, end: number): boolean {
    return sameArguments(this.bytes, this.bodies[group] as number, this.bytes, body, end);
  }

  private open(slot: number, hash: number, body: number): number {
    const group = this.size++;
    this.table[2 * slot] = hash;
    this.table[2 * slot + 1] = this.size;
    if (this.size > this.bodies.length) this.widen(expected(group, body, this.bytes.length));
    this.bodies[group] = body;
    // At most half full, so that probes stay short.
    if (this.size * 2 > this.mask) this.rehash(expected(this.size, body, this.bytes.length));
    return group;
  }

  private rehash(groups: number): void {
    const old = this.table;
    this.mask = 2 ** Math.ceil(Math.log2(groups * 2)) - 1;
    this.table = new Int32Array(2 * (this.mask + 1));
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = (old[i] as number) & this.mask;
      while (this.table[2 * slot + 1] !== 0) slot = (slot + 1) & this.mask;
      this.table[2 * slot] = old[i] as number;
      this.table[2 * slot + 1] = old[i + 1] as number;
    }
  }

  private widen(length: number): void {
    this.entries = widened(this.entries, length);
    this.marked = widened(this.marked, length);
    this.bodies = widened(this.bodies, length);
  }
}

/** Whether the arguments that begin at `aBody` in `a` equal those in [bBody, bEnd) of `b`, however they are spelled. */
export function sameArguments(a: Buffer, aBody: number, b: Buffer, bBody: number, bEnd: number): boolean {
  const shift = aBody - bBody;
  let at = bBody;
  // The same bytes up to and including the `]` are the same arguments: reading them is deterministic.
  while (at < bEnd && a[at + shift] === b[at]) at++;
  return at === bEnd || sameDecoded(new EntryReader(a, aBody), new EntryReader(b, bBody));
}

function sameDecoded(a: EntryReader, b: EntryReader): boolean {
  for (;;) {
    const more = a.nextArgument();
    if (more !== b.nextArgument()) return false;
    if (!more) return true;
    if (!sameScalar(a, b)) return false;
  }
}

function sameScalar(a: EntryReader, b: EntryReader): boolean {
  if (a.escaped || b.escaped) return a.text() === b.text();
  return a.bytes.compare(b.bytes, b.from, b.to, a.from, a.to) === 0;
}

/** The last step of MurmurHash3: every bit of the hash reaches the low ones that the table uses. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** How many there may be at the end of `length` bytes, when `at` bytes held `count`: two to eight times as many. */
export function expected(count: number, at: number, length: number): number {
  return Math.min(8 * count, Math.max(2 * count, Math.ceil(1.03 * count * (length / at))));
}

/** A copy with room for `length` numbers. */
export function widened(array: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(length);
  wider.set(array);
  return wider;
}
