/** Large enough that writing is not what takes the time, small enough to be nothing beside the file. */
const PIECE = 1 << 20;

/** Delete the bytes [from, to) and put others there, or nothing. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly put: readonly Uint8Array[];
}

/** A copy of the bytes with all splices made, which must not overlap; their offsets count in `bytes`. */
export function spliced(bytes: Buffer, splices: readonly Splice[]): Buffer {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const splice of splices.toSorted((a, b) => a.from - b.from)) {
    parts.push(bytes.subarray(from, splice.from), ...splice.put);
    from = splice.to;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}

/** Short strings as the bytes of longer ones; no string gets longer than strings may be. */
export function* piecesOf(parts: Iterable<string>): Generator<Uint8Array> {
  let text = '';
  for (const part of parts) {
    text += part;
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
