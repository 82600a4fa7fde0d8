/** Asking the user, where there is a terminal to ask on. */
export interface Terminal {
  /** Whether anybody can answer. */
  readonly isInteractive: boolean;
  /** Asks until `check` accepts; it returns what is wrong, or undefined. Fails with `Cancelled` on Ctrl-C. */
  ask(question: string, check: (answer: string) => string | undefined, signal?: AbortSignal): Promise<string>;
}

/** The user pressed Ctrl-C at a question. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export function realTerminal(): Terminal {
  return {
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    async ask(question, check, signal) {
      // Loaded when there is something to ask: it would double the time to start.
      const { default: inquirer } = await import('inquirer');
      // On stderr, so that stdout holds data alone.
      const prompt = inquirer.createPromptModule({ output: process.stderr, ...(signal ? { signal } : {}) });
      try {
        const { answer } = await prompt<{ answer: string }>([
          { type: 'input', name: 'answer', message: question, validate: (text: string) => check(text) ?? true },
        ]);
        return answer;
      } catch (error) {
        if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)) throw new Cancelled();
        throw error;
      }
    },
  };
}
