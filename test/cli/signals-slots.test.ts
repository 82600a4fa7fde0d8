import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectNoTrace, Folder, leavesItsName, sh, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const NEVER = until('$COOPERATE_TEST_FOLDER/never');
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${i}`);
/** Says which signal it got. */
const listens = (name: string): string[] =>
  sh(
    `for s in INT TERM HUP USR1; do trap "echo $0 got $s >> got; exit 1" $s; done; echo $0 >> ready; ${NEVER}`,
    name,
  );

async function atWork(args: readonly string[]) {
  const program = folder.start(['run', 'exp.json', ...args]);
  await folder.hasLines('ready', 8);
  return program;
}

describe('one signal to a worker with eight running', () => {
  test.each([
    ['SIGINT', 130, 'INT'],
    ['SIGTERM', 143, 'TERM'],
    ['SIGUSR1', 138, 'TERM'],
  ] as const)('%s puts all back, says so once, and exits with %i', async (name, expected, got) => {
    folder.schedule([...names(8).map(listens), ...names(30).map((one) => leavesItsName(one))]);
    const program = await atWork(['-j', '8']);
    program.signal(name);
    const { code, stderr } = await program.ended;
    expect(code).toBe(expected);
    expect(folder.lines('got').sort()).toEqual(names(8).map((one) => `${one} got ${got}`));
    expect(stderr.match(/put back/g)).toHaveLength(1);
    expect(stderr).toContain('cooperate: put back entries 0, 1, 2, 3, 4, 5, 6 and 7: pending again.');
    expectNoTrace(stderr);
    expect(folder.marks()).toBe('.'.repeat(38));
    expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate', 'got', 'ready']);
  });

  test('twice kills all of them and everything they have started', async () => {
    const stubborn = (name: string): string[] =>
      sh(`trap "" INT TERM; (${NEVER}) & echo $0 >> ready; ${NEVER}`, name);
    folder.schedule(names(10).map(stubborn));
    const program = await atWork(['-j', '8']);
    program.signal('SIGINT');
    await program.says(
      'stopping: the 8 running commands were signalled, waiting for them to end. Once more kills them.',
    );
    program.signal('SIGINT');
    const { code, stderr } = await program.ended;
    expect(code).toBe(130);
    expect(stderr.match(/put back/g)).toHaveLength(1);
    expect(folder.marks()).toBe('.'.repeat(10));
    expect(folder.processes()).toEqual([]);
  });

  test('counts what ended well before it, and what is run later', async () => {
    folder.schedule([...names(100).map((one) => leavesItsName(one)), ...names(8).map(listens)]);
    const program = await atWork(['-j', '8']);
    program.signal('SIGTERM');
    expect((await program.ended).code).toBe(143);
    expect(folder.marks()).toBe(`${'x'.repeat(100)}${'.'.repeat(8)}`);
    expect(folder.lines('ran').sort()).toEqual(names(100).sort());
  });
});
