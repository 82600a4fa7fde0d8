import type { Run } from './gpus.js';

/** What a vendor's tool said. */
export type Said =
  | { readonly is: 'missing' }
  | { readonly is: 'said'; readonly text: string }
  | { readonly is: 'trouble'; readonly exitCode?: number; readonly text: string; readonly trouble: string };

/** The driver answers within seconds, even when it wakes up eight GPUs for it; one in trouble hangs for good. */
const TIMEOUT_MS = 20_000;
const LONGEST_MESSAGE = 300;

/** Asks a vendor's tool. */
export async function ask(run: Run, tool: string, args: readonly string[]): Promise<Said> {
  const result = await run(tool, args, TIMEOUT_MS);
  switch (result.ended) {
    case 'not-found':
      return { is: 'missing' };
    case 'timeout':
      return trouble(`${tool} did not answer within ${TIMEOUT_MS / 1000} s.`);
    case 'failed':
      return trouble(`${tool} could not be run.`);
    case 'exit': {
      const { exitCode, stdout, stderr } = result;
      if (exitCode === 0) return { is: 'said', text: stdout };
      const message = `${stdout}\n${stderr}`.trim() || `it exited with code ${exitCode}.`;
      return { ...trouble(toolFailed(tool, message)), exitCode, text: stdout };
    }
  }
}

/** With the tool's own message. */
export function toolFailed(tool: string, message: string): string {
  return `${tool} failed: ${oneLine(message)}`;
}

/** For an answer without any of what was asked for. */
export function notUnderstood(tool: string, text: string): string {
  return `${tool} gave an answer that is not understood: ${oneLine(text)}`;
}

function trouble(message: string): Said & { is: 'trouble' } {
  return { is: 'trouble', text: '', trouble: message };
}

function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
