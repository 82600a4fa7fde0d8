import { spawn, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, leavesItsName, Program, PROGRAM } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const canRename = spawnSync('sh', ['-c', 'unshare -u hostname elsewhere']).status === 0;

/** The program on what it takes for another host, on which every entry fails. */
function brokenHost(...args: readonly string[]): Program {
  const script = 'exec unshare -u sh -c \'hostname broken-host && exec "$@"\' sh "$@"';
  const line = ['-c', script, 'sh', process.execPath, PROGRAM, ...args];
  const env = { ...folder.env, BROKEN: '1' };
  return new Program(spawn('sh', line, { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

describe.skipIf(!canRename)('a host that breaks what it runs', () => {
  test('puts it back, says why and leaves; the others run it', { timeout: 60_000 }, async () => {
    const entries = Array.from({ length: 48 }, (_, i) =>
      leavesItsName(`e${i}`, '[ -z "$BROKEN" ] || exit 1; sleep 0.7; echo $0 >> done'),
    );
    folder.schedule(entries);
    const good = folder.start(['run', 'exp.json', '-j', '4', '-k']);
    await folder.hasLines('done', 6);
    const { code, stderr } = await brokenHost('run', 'exp.json', '-k').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/cooperate: this host seems to break entries: the last \d+ failed within 0\.\ds, /);
    expect(stderr).toMatch(
      /^Put back (?:entries [\d, ]+ and \d+|\d+ entries) for them; this worker leaves\.$/m,
    );
    expect(stderr).not.toContain('All experiments completed.');
    const ended = await good.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/All experiments completed\.\n$/);
    expect(new Set(folder.lines('done')).size).toBe(48);
    expect(folder.lines('done')).toHaveLength(48);
    expect(folder.lines('ran').length - 48).toBeLessThan(30);
    expect(folder.marks()).toBe('x'.repeat(48));
  });
});
