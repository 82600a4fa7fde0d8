import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A real terminal with a shell in it, as a person would see it. */
export class Tmux {
  private readonly folder = mkdtempSync(join(tmpdir(), 'tmux-'));
  private readonly socket = join(this.folder, 'socket');

  constructor(columns: number, rows: number) {
    const settings = join(this.folder, 'bashrc');
    writeFileSync(settings, "PS1='$ '\nbind 'set enable-bracketed-paste off'\n");
    const shell = `bash --noprofile --rcfile ${settings} -i`;
    const size = ['-x', String(columns), '-y', String(rows)];
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TMUX: '' };
    execFileSync('tmux', ['-u', '-S', this.socket, '-f', '/dev/null', 'new-session', '-d', ...size, shell], {
      env,
    });
  }

  type(text: string, ...keys: string[]): void {
    if (text !== '') this.tmux('send-keys', '-l', text);
    if (keys.length > 0) this.tmux('send-keys', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What is on the screen, without the empty lines below. */
  screen(): string[] {
    return this.tmux('capture-pane', '-p')
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  }

  /** With what scrolled away. */
  history(): string[] {
    return this.tmux('capture-pane', '-p', '-S', '-')
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  }

  /** What is on the screen, with the escape sequences of its colours. */
  colours(): string {
    return this.tmux('capture-pane', '-p', '-e');
  }

  /** Whether the cursor is seen, and whether this is the screen that full-screen programs have to themselves. */
  mode(): { readonly hasCursor: boolean; readonly isOther: boolean } {
    const [cursor, other] = this.tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}')
      .trim()
      .split(' ');
    return { hasCursor: cursor === '1', isOther: other === '1' };
  }

  async until(holds: (screen: string[]) => boolean): Promise<string[]> {
    return vi.waitFor(
      () => {
        const screen = this.screen();
        if (!holds(screen)) throw new Error(`the screen never got there:\n${screen.join('\n')}`);
        return screen;
      },
      { timeout: 10_000, interval: 20 },
    );
  }

  close(): void {
    this.tmux('kill-server');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private tmux(...command: string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.socket, ...command], { encoding: 'utf8' });
  }
}
