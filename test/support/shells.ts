import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { expect } from 'vitest';
import { PROGRAM, type Folder } from './cli.js';
import { Tmux } from './tmux.js';

export function has(shell: string): boolean {
  return !spawnSync(shell, ['--version']).error;
}

/** The environment in which shells find the program by its name. */
export function withProgram(folder: Folder): NodeJS.ProcessEnv {
  mkdirSync(folder.in('.bin'));
  symlinkSync(PROGRAM, folder.in('.bin/cooperate'));
  return {
    ...folder.env,
    HOME: folder.path,
    PATH: `${folder.in('.bin')}:${folder.env['PATH'] ?? ''}`,
    LC_ALL: 'C.UTF-8',
  };
}

/** What bash is offered for each line, in order; the lines end where the cursor is. */
export function bashOffers(folder: Folder, env: NodeJS.ProcessEnv, ...lines: string[]): string[][] {
  const calls = lines.map((line) => {
    const words = wordsOf(line).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    return [
      `COMP_LINE='${line.replaceAll("'", "'\\''")}' COMP_POINT=${line.length} COMP_WORDS=(${words.join(' ')})`,
      `COMP_CWORD=${words.length - 1} COMPREPLY=()`,
      `_cooperate cooperate`,
      `printf '%s\\n' "\${COMPREPLY[@]}" --over--`,
    ].join('\n');
  });
  const script = ['source <(cooperate completions bash)', ...calls].join('\n');
  return offered(folder, env, 'bash', ['--norc', '-c', script]);
}

/** As readline splits them. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:\\.|"[^"]*"?|'[^']*'?|[^\s=:"'\\])+|[=:]+/g) ?? [];
  return /\s$/.test(line) ? [...words, ''] : words;
}

/** What fish is offered for each line: words, with a tab and a description behind most. */
export function fishOffers(folder: Folder, env: NodeJS.ProcessEnv, ...lines: string[]): string[][] {
  const calls = lines.map((line) => `complete -C '${line.replace(/['\\]/g, '\\$&')}'\necho -- --over--`);
  const script = ['cooperate completions fish | source', ...calls].join('\n');
  return offered(folder, env, 'fish', ['--no-config', '-c', script]);
}

function offered(folder: Folder, env: NodeJS.ProcessEnv, shell: string, args: readonly string[]): string[][] {
  const { stdout, stderr } = spawnSync(shell, args, { cwd: folder.path, env, encoding: 'utf8' });
  // Nothing may be written into the line that somebody is typing.
  expect(stderr).toBe('');
  return stdout
    .split('--over--\n')
    .slice(0, -1)
    .map((part) => part.split('\n').filter((line) => line !== ''));
}

/** A person at a shell, who types a part and then the tab key. */
export class Typist {
  readonly #tmux = new Tmux(100, 40);

  constructor(folder: Folder, env: NodeJS.ProcessEnv, shell: 'bash' | 'zsh') {
    const start = shell === 'bash' ? 'source <(cooperate completions bash)' : 'ZDOTDIR=.zsh exec zsh -i';
    if (shell === 'zsh') {
      mkdirSync(folder.in('.zsh'));
      const rc = "PS1='$ '\nautoload -Uz compinit; compinit -u -D\nsource <(cooperate completions zsh)\n";
      folder.write('.zsh/.zshrc', rc);
    }
    this.#tmux.type(
      `export HOME='${folder.path}' PATH='${env['PATH'] ?? ''}'; cd '${folder.path}'; ${start}`,
      'Enter',
    );
    this.#tmux.type('echo rea""dy', 'Enter');
  }

  async begin(): Promise<void> {
    await this.#tmux.until((screen) => screen.includes('ready'));
  }

  /** What the line is after the tab key; what is shown below it holds `below`. */
  async completes(typed: string, line: string, ...below: readonly string[]): Promise<void> {
    this.#tmux.type('', 'C-u');
    this.#tmux.type('clear', 'Enter');
    await this.#tmux.until(([first]) => first === '$');
    this.#tmux.type(typed, 'Tab');
    if (below.length > 0) this.#tmux.type('', 'Tab');
    await this.#tmux.until((screen) => {
      const shown = screen.join('\n');
      return shown.startsWith(`$ ${line}`) && below.every((text) => shown.includes(text));
    });
  }

  close(): void {
    this.#tmux.close();
  }
}
