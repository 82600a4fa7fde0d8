import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const TOOLS = fileURLToPath(new URL('../../fixtures/fake-tools', import.meta.url));

/** What this host may really have, and the tests must not find. */
const REAL = new Set(
  'apptainer ch-run conda docker mamba micromamba pipenv podman poetry singularity'.split(' '),
);
const FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Made for a whole test file: it takes a second where there are tools to leave out. */
let copies: string | undefined;
afterAll(() => {
  if (copies !== undefined) rmSync(copies, { recursive: true });
});

/** What stays reachable with them: a shell and its everyday commands. */
let system: string | undefined;

function systemPath(): string {
  const folders = [...new Set(FOLDERS.filter(existsSync).map((folder) => realpathSync(folder)))];
  return (system ??= folders.map(withoutTools).join(':'));
}

function withoutTools(folder: string, i: number): string {
  const names = readdirSync(folder);
  if (!names.some((name) => REAL.has(name))) return folder;
  const copy = join((copies ??= mkdtempSync(join(tmpdir(), 'cooperate-system-'))), String(i));
  mkdirSync(copy);
  for (const name of names) if (!REAL.has(name)) symlinkSync(join(folder, name), join(copy, name));
  return copy;
}

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
      PATH: `${join(this.folder, 'bin')}:${systemPath()}`,
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
