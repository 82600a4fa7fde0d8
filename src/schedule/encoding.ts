import { isUtf8 } from 'node:buffer';
import { NotASchedule } from './text.js';

const LARGEST = 0xffff_ffff;

/** Throws unless the bytes are UTF-8 text that a schedule can be read from; says so by name when they are UTF-16. */
export function checkEncoding(bytes: Buffer): void {
  if (bytes.length === 0) throw new NotASchedule('the file is empty; a schedule without entries is written []');
  if (bytes.length > LARGEST) throw new NotASchedule('the file is larger than 4 GiB');
  const wide = wideEncoding(bytes);
  if (wide !== undefined) throw new NotASchedule(`the file is ${wide} text; save it as UTF-8`);
  if (isUtf8(bytes)) return;
  const at = firstInvalid(bytes);
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  throw new NotASchedule(`the file is not UTF-8 text (byte ${byte} here); save it as UTF-8`, at);
}

/** Where the text begins: after the byte order mark, if there is one. */
export function textStart(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function wideEncoding(bytes: Buffer): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b === 0 && (c === 0xfe || c === 0) && d !== 0 && d !== undefined) return 'UTF-32';
  // Without a byte order mark: an ASCII character beside a NUL is no start of any JSON text.
  if (a === 0 && b !== 0 && b !== undefined) return 'UTF-16';
  if (a !== 0 && b === 0) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  return undefined;
}

function firstInvalid(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  return at;
}
