import { describe, expect } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import { expectNoTrace, leavesItsName, sh, until } from '../support/cli.js';

const NEVER = until('$COOPERATE_TEST_FOLDER/never');
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${i}`);

describe.concurrent('--timeout', () => {
  test('ends a command that takes too long: it has failed for that, and both message and file say so', async ({
    folder,
  }) => {
    folder.schedule([sh(`echo before; ${NEVER}`), leavesItsName('next')]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '-k', '--timeout', '1s');
    expect(code).toBe(1);
    expect(stderr).toContain('cooperate: entry 0 took too long and was ended: sh -c ');
    expectNoTrace(stderr);
    const text = folder.read('cooperate_0');
    expect(text).toMatch(/^# timed out: it took longer than 1\.0s\n# signal: SIGTERM\n# duration: 1\.\ds$/m);
    expect(text).toContain('#   before');
    expect(folder.lines('ran')).toEqual(['next']);
  });

  test('is held up by nothing that a command does, and leaves no process of it', async ({ folder }) => {
    const commands = {
      'ignores signals': `trap "" TERM INT HUP; (trap "" TERM; ${NEVER}) & (trap "" TERM; ${NEVER}) & ${NEVER}`,
      'has stopped itself': 'kill -STOP $$',
      'closes its output': `exec >&- 2>&-; ${NEVER}`,
      'forks twice': `((${NEVER}) &) ; ${NEVER}`,
      'leaves a child in a group of its own': `timeout 1000 sh -c 'trap "" TERM; ${NEVER}' & ${NEVER}`,
    };
    folder.schedule([
      ...Object.entries(commands).map(([name, script]) => sh(script, name)),
      leavesItsName('next'),
    ]);
    const { code, stderr } = await folder.start(['run', 'exp.json', '-k', '-j', '5', '--timeout', '0.5s'], {
      env: { COOPERATE_GRACE_MS: '1000' },
    }).ended;
    expect(code).toBe(1);
    for (let entry = 0; entry < 5; entry++)
      expect(stderr).toContain(`entry ${entry} took too long and was ended`);
    expect(folder.names().filter((name) => /^cooperate_\d$/.test(name))).toHaveLength(5);
    expect(folder.lines('ran')).toEqual(['next']);
    expect(folder.processes()).toEqual([]);
  });
});

describe.concurrent('--retries', () => {
  test('runs a failed entry again until it succeeds', async ({ folder }) => {
    folder.schedule([leavesItsName('a', 'echo "$COOPERATE_ATTEMPT" >> at; [ "$(wc -l < at)" -ge 3 ]')]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--retries', '2');
    expect(code).toBe(0);
    expect(folder.lines('at')).toEqual(['1', '2', '3']);
    expect(stderr).toContain('(attempt 3)');
    expect(stderr.match(/entry 0 failed; running it again in /g)).toHaveLength(2);
    expect(folder.names()).toEqual(['at', 'exp.json', 'exp.json.cooperate', 'ran']);
  });

  test('that are used up leave one failure and one file', async ({ folder }) => {
    folder.schedule([leavesItsName('a', 'exit 4')]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--retries', '1');
    expect(code).toBe(1);
    expect(folder.lines('ran')).toEqual(['a', 'a']);
    expect(stderr.match(/entry 0 failed with exit code 4/g)).toHaveLength(1);
    expect(folder.names().filter((name) => name.startsWith('cooperate_'))).toEqual(['cooperate_0']);
  });
});

test.concurrent('--limit runs so many, and leaves the rest pending', async ({ folder }) => {
  folder.schedule(names(20).map((name) => leavesItsName(name)));
  const { code } = await folder.cooperate('run', 'exp.json', '-j', '3', '--limit', '7');
  expect([code, folder.lines('ran').length, folder.marks().replaceAll('.', '').length]).toEqual([0, 7, 7]);
});

describe.concurrent('--time-limit', () => {
  test('puts back what still runs then, and nothing has failed', async ({ folder }) => {
    folder.schedule([leavesItsName('a'), ...names(5).map((name) => leavesItsName(name, NEVER))]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '-j', '2', '--time-limit', '2s');
    expect(code).toBe(0);
    expect(stderr).toContain('cooperate: the time is up: nothing more is started.');
    expect(stderr).toMatch(/put back entries 1, 2(, \d)* and \d: pending again\.\n$/);
    expect(folder.marks()).toBe('x.....');
    expect(folder.processes()).toEqual([]);
  });

  test('in a Slurm job is the time that the job has left', async ({ folder }) => {
    folder.schedule(names(3).map((name) => leavesItsName(name, NEVER)));
    const end = Math.ceil(Date.now() / 1000) + 62;
    const program = folder.start(['run', 'exp.json'], { env: { SLURM_JOB_END_TIME: String(end) } });
    const { code } = await program.ended;
    expect([code, folder.marks()]).toEqual([0, '...']);
  });

  test('with --expect starts nothing that would not finish', async ({ folder }) => {
    folder.schedule(names(3).map((name) => leavesItsName(name)));
    const { code, stderr } = await folder.cooperate(
      ...['run', 'exp.json', '--time-limit', '1m', '--expect', '2m'],
    );
    expect([code, folder.marks()]).toEqual([0, '...']);
    expect(stderr).toContain('nothing more is started');
  });
});

describe.concurrent('--wait', () => {
  test('runs what is added later; Ctrl-C ends it', { timeout: 60_000 }, async ({ folder }) => {
    folder.schedule([leavesItsName('a')]);
    const program = folder.start(['run', 'exp.json', '--wait']);
    await folder.hasLines('ran', 1);
    const entries = JSON.parse(folder.read('exp.json')) as string[][];
    folder.schedule([...entries, leavesItsName('b')]);
    while (folder.lines('ran').length < 2) await folder.hasLines('ran', 2).catch(() => undefined);
    program.signal('SIGINT');
    const { code } = await program.ended;
    expect([code, folder.lines('ran'), folder.marks()]).toEqual([130, ['a', 'b'], 'xx']);
  });
});
