import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = fileURLToPath(new URL('../../fixtures/fake-tools', import.meta.url));

/** What stays reachable with them: a shell and its everyday commands. */
const SYSTEM = '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The tools that a host has, out of fixtures/fake-tools; they write down how they were called. */
export class FakeTools {
  readonly folder = mkdtempSync(join(tmpdir(), 'cooperate-tools-'));
  readonly env: Readonly<Record<string, string>>;

  /** `as=tool` gives a tool another name. */
  constructor(...tools: readonly string[]) {
    mkdirSync(join(this.folder, 'bin'));
    for (const tool of tools) {
      const [name = '', of = name] = tool.split('=');
      symlinkSync(join(TOOLS, of), join(this.folder, 'bin', name));
    }
    this.env = {
      PATH: `${join(this.folder, 'bin')}:${SYSTEM}`,
      FAKE_CALLS: join(this.folder, 'calls'),
      FAKE_ENVS: this.folder,
      FAKE_MODULES: this.folder,
    };
    writeFileSync(join(this.folder, 'calls'), '');
  }

  /** The folder of the fake module system. */
  get modulesHome(): string {
    return join(TOOLS, 'module');
  }

  /** An environment, or a module: a folder that holds this program. */
  environment(name: string, program: string): string {
    const bin = join(this.folder, name, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, program), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
    return join(this.folder, name);
  }

  calls(): string[] {
    return readFileSync(join(this.folder, 'calls'), 'utf8').split('\n').slice(0, -1);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }
}
