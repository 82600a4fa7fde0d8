import { harmless } from '../ports/screen-text.js';
import { commandLine } from '../schedule/slots.js';

/** A command as a shell takes it, line by line, without what would command the terminal. */
export function showCommand(argv: readonly string[]): string {
  const words = commandLine(argv);
  return PLAIN.test(words) ? words : words.split('\n').map(showLine).join('\n');
}

const PLAIN = /^[ -~]*$/;

function showLine(line: string): string {
  return line.split('\t').map(harmless).join('\t');
}
