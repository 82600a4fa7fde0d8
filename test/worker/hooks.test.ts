import { describe, expect, test } from 'vitest';
import type { Notice } from '../../src/notice.js';
import type { CommandResult } from '../../src/ports/command.js';
import { Hooks, type HookCommands } from '../../src/worker/hooks.js';
import type { FailedEntry } from '../../src/worker/runner.js';

const fine: CommandResult = { ended: 'exit', exitCode: 0, stdout: '', stderr: '' };
const failed: FailedEntry = {
  entry: 3,
  argv: ['python', 'a b.py'],
  end: { is: 'exited', code: 7 },
  timedOut: false,
  file: { is: 'written', path: '/work/cooperate_0' },
};

function hooksWith(commands: HookCommands, answer: (command: string) => Promise<CommandResult>) {
  const calls: { command: string; env: Readonly<Record<string, string>> }[] = [];
  const notices: Notice[] = [];
  const hooks = new Hooks({
    ...commands,
    facts: { COOPERATE_SCHEDULE: '/work/exp.json' },
    tell: (notice) => void notices.push(notice),
    shell(command, env) {
      calls.push({ command, env });
      return answer(command);
    },
  });
  return { hooks, calls, notices };
}

describe('hooks', () => {
  test('tell what failed, and in the end what was done', async () => {
    const { hooks, calls } = hooksWith({ onFailure: 'mail me', onFinish: 'next' }, () => Promise.resolve(fine));
    hooks.failed(failed);
    await hooks.finished({ ended: 5, failures: 1, lost: 0, isLast: true });
    expect(calls).toEqual([
      {
        command: 'mail me',
        env: {
          COOPERATE_SCHEDULE: '/work/exp.json',
          COOPERATE_EVENT: 'failure',
          COOPERATE_ENTRY: '3',
          COOPERATE_COMMAND: "python 'a b.py'",
          COOPERATE_CAUSE: 'exited',
          COOPERATE_EXIT_CODE: '7',
          COOPERATE_SIGNAL: '',
          COOPERATE_FAILURE_FILE: '/work/cooperate_0',
        },
      },
      {
        command: 'next',
        env: {
          COOPERATE_SCHEDULE: '/work/exp.json',
          COOPERATE_EVENT: 'finish',
          COOPERATE_ENDED: '5',
          COOPERATE_FAILED: '1',
          COOPERATE_LOST: '0',
          COOPERATE_COMPLETED: '1',
        },
      },
    ]);
  });

  test('run one after the other, and do not hold the worker up', async () => {
    let release = (): void => undefined;
    const first = new Promise<CommandResult>((resolve) => {
      release = () => {
        resolve(fine);
      };
    });
    let asked = 0;
    const { hooks, calls } = hooksWith({ onFailure: 'x' }, () =>
      asked++ === 0 ? first : Promise.resolve(fine),
    );
    hooks.failed(failed);
    hooks.failed(failed);
    await Promise.resolve();
    expect(calls).toHaveLength(1);
    release();
    await hooks.finished({ ended: 2, failures: 2, lost: 0, isLast: false });
    expect(calls).toHaveLength(2);
  });

  test('that fail are told, and harm nothing', async () => {
    const { hooks, notices } = hooksWith({ onFailure: 'x', onFinish: 'y' }, (command) =>
      Promise.resolve(
        command === 'x'
          ? { ended: 'exit', exitCode: 1, stdout: '', stderr: 'no mail\n' }
          : { ended: 'timeout' },
      ),
    );
    hooks.failed(failed);
    await hooks.finished({ ended: 1, failures: 1, lost: 0, isLast: true });
    expect(notices).toMatchObject([
      { tell: 'hook-failed', event: 'failure', result: { exitCode: 1 } },
      { tell: 'hook-failed', event: 'finish', result: { ended: 'timeout' } },
    ]);
  });

  test('that were not asked for are not run', async () => {
    const { hooks, calls } = hooksWith({}, () => Promise.resolve(fine));
    hooks.failed(failed);
    await hooks.finished({ ended: 1, failures: 1, lost: 0, isLast: true });
    expect(calls).toEqual([]);
  });
});
