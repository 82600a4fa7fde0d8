/** One of the things that a helper says of a run. */
export interface Told {
  readonly run: number;
  /** As spawn-helper-program.ts has it. */
  readonly kind: string;
  readonly bytes: Buffer;
}

const HEADER = 9;
/** It reads less at once. */
const LONGEST = 1 << 20;

export function frame(parts: readonly string[]): Buffer {
  const text = parts.join('\0');
  const size = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + size);
  bytes.writeUInt32BE(size);
  bytes.write(text, 4);
  return bytes;
}

/** Puts what a helper says together again, however it was cut. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0);

  /** Throws at what no helper says. */
  *take(chunk: Buffer): Generator<Told> {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const size = bytes.readUInt32BE(at);
      if (size > LONGEST) throw new RangeError('too long');
      const end = at + HEADER + size;
      if (end > bytes.length) break;
      const kind = String.fromCharCode(bytes[at + HEADER - 1] as number);
      yield { run: bytes.readUInt32BE(at + 4), kind, bytes: bytes.subarray(at + HEADER, end) };
      at = end;
    }
    this.rest = bytes.subarray(at);
  }
}
