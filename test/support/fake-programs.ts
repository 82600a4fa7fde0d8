import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** A folder that stands alone on PATH: only what a test puts there can be run. */
export class FakePrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'cooperate-programs-'));

  constructor() {
    vi.stubEnv('PATH', this.folder);
  }

  /** A program that is this shell script; in it, only built-ins and absolute paths work. */
  add(name: string, script: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  dispose(): void {
    vi.unstubAllEnvs();
    rmSync(this.folder, { recursive: true });
  }
}
