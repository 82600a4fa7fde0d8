import { spawn, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, leavesItsName, Program, PROGRAM } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const COUNT = 200;
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
    // There is work for as long as the broken one takes, and then it is quickly done.
    const run = '[ -z "$BROKEN" ] || exit 1; [ -e gone ] || sleep 0.7; echo $0 >> done';
    const entries = Array.from({ length: COUNT }, (_, i) => leavesItsName(`e${i}`, run));
    folder.schedule(entries);
    const good = folder.start(['run', 'exp.json', '-j', '4', '-k']);
    await folder.hasLines('done', 6);
    const { code, stderr } = await brokenHost('run', 'exp.json', '-k').ended;
    folder.write('gone', '');
    expect(code).toBe(1);
    expect(stderr).toMatch(/cooperate: this host seems to break entries: the last \d+ failed within 0\.\ds, /);
    expect(stderr).toMatch(
      /^Put back (?:entries [\d, ]+ and \d+|\d+ entries) for them; this worker leaves\.$/m,
    );
    expect(stderr).not.toContain('All experiments completed.');
    const ended = await good.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/All experiments completed\.\n$/);
    expect(new Set(folder.lines('done')).size).toBe(COUNT);
    expect(folder.lines('done')).toHaveLength(COUNT);
    expect(folder.lines('ran').length - COUNT).toBeLessThan(30);
    expect(folder.marks()).toBe('x'.repeat(COUNT));
  });
});
