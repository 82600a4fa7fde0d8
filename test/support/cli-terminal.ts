import { mkdirSync, symlinkSync } from 'node:fs';
import { type Folder, PROGRAM } from './cli.js';
import { Tmux } from './tmux.js';

/** A real terminal with a shell in the folder, in which `cooperate` and `npx cooperate` are the program. */
export class CliTerminal extends Tmux {
  #open = true;

  static async in(folder: Folder, columns = 100, rows = 20): Promise<CliTerminal> {
    const bin = folder.in('node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(PROGRAM, `${bin}/cooperate`);
    const terminal = new CliTerminal(columns, rows);
    await terminal.until((screen) => screen.at(-1) === '$');
    terminal.type(
      `export COOPERATE_TEST_FOLDER=${folder.path} PATH=${bin}:$PATH; cd ${folder.path}; clear`,
      'Enter',
    );
    await terminal.until((screen) => screen.join() === '$');
    return terminal;
  }

  run(commandLine: string): void {
    this.type(`clear; ${commandLine}`, 'Enter');
  }

  /** Until the command is over: its exit code, and what stands on the screen without the prompt. */
  async over(): Promise<{ readonly code: number; readonly screen: string[] }> {
    // The clear comes a moment after the Enter.
    const screen = await this.until((lines) => lines.length > 1 && lines.at(-1) === '$');
    this.type('echo "exit code $?"', 'Enter');
    const after = await this.until((lines) => lines.at(-1) === '$' && isExitCode(lines.at(-2)));
    return { code: Number(after.at(-2)?.replace('exit code ', '')), screen: screen.slice(0, -1) };
  }

  /** As when somebody closes the window. */
  override close(): void {
    if (!this.#open) return;
    this.#open = false;
    super.close();
  }

  shows(text: string | RegExp): Promise<string[]> {
    return this.until((screen) =>
      typeof text === 'string' ? screen.join('\n').includes(text) : text.test(screen.join('\n')),
    );
  }
}

function isExitCode(line: string | undefined): boolean {
  return line !== undefined && /^exit code \d+$/.test(line);
}
