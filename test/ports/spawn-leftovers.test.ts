import { afterEach, describe, expect, test, vi } from 'vitest';
import { isAlive, runReal, sh, SHORT, startReal } from '../support/real-run.js';

const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** Shell: waits until process `$1` leads a session (sid) or a group (pgid) of its own. */
const LEADS = 'leads() { until ps -o $2= -p $1 | grep -qw $1; do :; done; };';
/** Shell: starts a child, prints its number, and waits until it has set its trap. */
const trapping = (trap: string): string =>
  `flag=$(mktemp -u); sh -c "trap '${trap}' TERM; echo \\$\\$; : >$flag; while :; do sleep 0.01; done" &
   until [ -e $flag ]; do :; done; rm $flag`;

/** The number that a script printed first. */
function pidIn(out: string): number {
  const pid = Number(out.split('\n')[0]);
  started.push(pid);
  return pid;
}

describe('when the leader has exited', () => {
  test('and nobody is left, there is no timer and no wait', async () => {
    await runReal(['true']);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 20; i++) expect((await runReal(['echo', 'x'])).out).toBe('x\n');
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });

  test('a background child that holds the pipes is ended', async () => {
    const { end, out } = await runReal(sh('sleep 1000 & echo $!; exit 3'), { graces: SHORT });
    expect(end).toEqual({ is: 'exited', code: 3 });
    expect(isAlive(pidIn(out))).toBe(false);
  });

  test('a double fork that holds nothing is ended as well', async () => {
    const { out } = await runReal(sh('(sleep 1000 >/dev/null 2>&1 </dev/null & echo $!) ; :'), {
      graces: SHORT,
    });
    expect(isAlive(pidIn(out))).toBe(false);
  });

  test('one that ignores SIGTERM is killed', async () => {
    const { out } = await runReal(sh(trapping('')), { graces: SHORT });
    expect(isAlive(pidIn(out))).toBe(false);
  });

  test('one that is stopped is ended', async () => {
    const { out } = await runReal(sh('sleep 1000 & echo $!; kill -STOP $!'), {
      graces: { ...SHORT, terminateMs: 60_000 },
    });
    expect(isAlive(pidIn(out))).toBe(false);
  });

  test('one that made a group of its own is ended while it holds the pipes', async () => {
    const { out } = await runReal(sh(`${LEADS} timeout 1000 sleep 1000 & echo $!; leads $! pgid`), {
      graces: SHORT,
    });
    expect(isAlive(pidIn(out))).toBe(false);
  });

  test('helpers that end by themselves in time are left to, and their output counts', async () => {
    const graces = { ...SHORT, settleMs: 10_000 };
    const { out } = await runReal(sh('(sleep 0.05; echo late) & echo early'), { graces });
    expect(out).toBe('early\nlate\n');
  });

  test('SIGTERM lets the others clean up', async () => {
    const { out } = await runReal(sh(trapping('echo clean; exit')), {
      graces: { ...SHORT, terminateMs: 5000 },
    });
    expect(out).toContain('clean');
    expect(isAlive(pidIn(out))).toBe(false);
  });
});

describe('a process that left the session', () => {
  test('is not ours to end, and the pipe it holds hangs nobody', async () => {
    const { end, out } = await runReal(sh(`${LEADS} setsid sleep 1000 & echo $!; leads $! sid; exit 4`), {
      graces: SHORT,
    });
    expect(end).toEqual({ is: 'exited', code: 4 });
    expect(isAlive(pidIn(out))).toBe(true);
  });

  test('cannot hang anybody by writing on and on, to a slow reader even', async () => {
    let out = '';
    const run = startReal(sh(`${LEADS} setsid yes & echo $! >&2; leads $! sid`), {
      graces: SHORT,
      onOutput: async (stream, chunk) => {
        if (stream === 'stderr') out += chunk.toString();
        await new Promise((resolve) => setTimeout(resolve, 1));
      },
    });
    await run.ended;
    const stranger = pidIn(out);
    // Nobody reads its pipe any more.
    await vi.waitFor(() => expect(isAlive(stranger)).toBe(false));
  });

  test('does not write into the next run', async () => {
    const stranger = 'while sleep 0.01; do echo stranger || exit; done';
    const first = await runReal(sh(`${LEADS} setsid sh -c '${stranger}' & echo $!; leads $! sid`), {
      graces: SHORT,
    });
    const pid = pidIn(first.out);
    expect((await runReal(sh(`while kill -0 ${pid}; do :; done 2>/dev/null; echo mine`))).out).toBe('mine\n');
  });
});
