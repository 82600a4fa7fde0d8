import { plainName, type Block, type Factor } from './experiment.js';
import type { Level } from './factors/space.js';

/** Makes the argv of one run: `levels` belongs to the factors, undefined where a factor takes no part. */
export type Template = (levels: readonly (Level | undefined)[]) => string[];

/** An argument of the command: fixed, a factor's place for itself, or text with places in it. */
type Piece = string | number | readonly (string | number)[];

/** Of what can be a factor's name: `{lr}`, `{batch-size}`, `{model.lr}`. */
const PLACEHOLDER = /\{([^\s=,{}"']+)\}/u;

/** Compiles a command with its placeholders; factors without one are appended in their order. */
export function templateOf(command: Block['command'], factors: readonly Factor[]): Template {
  const names = factors.map(({ name }) => plainName(name));
  const pieces = command.map((arg) => pieceOf(arg, names));
  const placed = new Set(pieces.flat().filter((piece) => typeof piece === 'number'));
  const appended = factors.map((factor, i) => ({ factor, i })).filter(({ i }) => !placed.has(i));
  return (levels) => {
    const argv: string[] = [];
    for (const [at, piece] of pieces.entries()) {
      if (!isOptionOfNothing(piece, pieces[at + 1], levels)) fill(argv, piece, levels);
    }
    for (const { factor, i } of appended) append(argv, factor, levels[i]);
    return argv;
  };
}

/** The names in `{name}` places of a command, those of no factor too, as long as they look like one: `{1}` does not. */
export function placeholdersIn(command: readonly string[]): string[] {
  const all = new RegExp(PLACEHOLDER, 'gu');
  const places = command.flatMap((arg) => [...arg.matchAll(all)].map(([, name]) => plainName(name as string)));
  return places.filter((name) => /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name));
}

function pieceOf(arg: string, names: readonly string[]): Piece {
  // Splitting at a pattern with a group gives text, name, text, ..., text.
  const parts = arg.split(PLACEHOLDER).map((part, at) => {
    if (at % 2 === 0) return part;
    const factor = names.indexOf(plainName(part));
    return factor < 0 ? `{${part}}` : factor;
  });
  const meant = parts.filter((part) => part !== '');
  if (meant.every((part) => typeof part === 'string')) return arg;
  return meant.length === 1 ? (meant[0] as number) : meant;
}

/** `--momentum` before `{momentum}`, in a run where that takes no part: alone it would swallow the next argument. */
function isOptionOfNothing(
  piece: Piece,
  next: Piece | undefined,
  levels: readonly (Level | undefined)[],
): boolean {
  return typeof piece === 'string' && piece.startsWith('-') && typeof next === 'number' && !levels[next];
}

function fill(argv: string[], piece: Piece, levels: readonly (Level | undefined)[]): void {
  if (typeof piece === 'string') {
    argv.push(piece);
  } else if (typeof piece === 'number') {
    const level = levels[piece];
    if (level) argv.push(...(level.args ?? [level.text]));
  } else {
    argv.push(piece.map((part) => (typeof part === 'string' ? part : (levels[part]?.text ?? ''))).join(''));
  }
}

function append(argv: string[], { name, style }: Factor, level: Level | undefined): void {
  if (!level) return;
  if (level.args) argv.push(...level.args);
  else if (style === 'option') argv.push(optionName(name), level.text);
  else if (style === 'equals') argv.push(`${optionName(name)}=${level.text}`);
  else if (style === 'bare') argv.push(`${name.replace(/^-+/, '')}=${level.text}`);
  else argv.push(level.text);
}

/** Dashes as typed; `--` where none were. */
export function optionName(name: string): string {
  return name.startsWith('-') ? name : `--${name}`;
}
