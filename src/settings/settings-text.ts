import { isUtf8 } from 'node:buffer';
import { NotReadable, readJson } from '../doe/spec/spec-json.js';
import { Failure } from '../failure.js';
import { harmless } from '../ports/screen-text.js';
import { placeOf } from '../schedule/place.js';
import type { Fault } from './settings-problems.js';
import { checkedSettings, type SettingsFileValue } from './settings-schema.js';

/** Nobody writes that much by hand. */
const LARGEST = 2 ** 20;

/** The settings in a file's bytes: JSON, in which comments and trailing commas may stand. Throws `Failure`. */
export function settingsIn(bytes: Buffer, path: string): SettingsFileValue {
  if (bytes.length > LARGEST)
    throw unusable(`${path} is too large for a file of settings.`, 'Is it another file?');
  if (!isUtf8(bytes)) throw unusable(`${path} is not UTF-8 text.`, 'Save it as UTF-8.');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const checked = checkedSettings(jsonIn(text, path));
  if (!('length' in checked)) return checked;
  throw faulty(checked, path);
}

function jsonIn(text: string, path: string): unknown {
  if (text.trim() === '') throw unusable(`${path} is empty.`, 'Write {} into it where nothing is to be set.');
  try {
    return readJson(withoutLoose(text));
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    const { what, offset, remedy } = error;
    const place = placeOf(Buffer.from(text), Buffer.byteLength(text.slice(0, offset)));
    throw unusable(
      `${path}:${place.line}:${place.column}: ${harmless(what)}.\n${place.excerpt}`,
      `${' '.repeat(place.caret)}^ ${commentRemedy(text.slice(offset)) ?? remedy}`,
    );
  }
}

function commentRemedy(rest: string): string | undefined {
  if (rest.startsWith('/*')) return 'This comment is never closed: */ is missing.';
  return /^[#;/]/.test(rest) ? 'A comment begins with // here.' : undefined;
}

/** Strings are kept as they are, also with what looks like a comment in them. */
const STRING = String.raw`"[^"\\\n]*(?:\\.[^"\\\n]*)*"?`;
const STRING_OR_COMMENT = new RegExp(String.raw`${STRING}|\/\/[^\n\r]*|\/\*[^]*?\*\/`, 'g');
const STRING_OR_LAST_COMMA = new RegExp(String.raw`${STRING}|,(?=\s*[\]}])`, 'g');

/** Spaces where comments and trailing commas were, so that everything keeps its place. */
function withoutLoose(text: string): string {
  const bare = text.replace(STRING_OR_COMMENT, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\r\n]/g, ' '),
  );
  return bare.replace(STRING_OR_LAST_COMMA, (found, at: number) =>
    found === ',' && /[^[{,:]$/.test(bare.slice(0, at).trimEnd().slice(-1)) ? ' ' : found,
  );
}

/** The first two; a person mends one after the other anyway. */
function faulty(faults: readonly Fault[], path: string): Failure {
  const [first, second] = faults as readonly [Fault, Fault?];
  if (!second) return unusable(`${path}: ${harmless(first.problem)}`, first.remedy);
  const more = faults.length - 2;
  return unusable(
    [first, second].map(({ problem, remedy }) => `${path}: ${harmless(problem)} ${remedy}`).join('\n'),
    more > 0 ? `There ${more === 1 ? 'is 1 more' : `are ${more} more`} after these.` : 'Correct these.',
  );
}

function unusable(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}
