import { expect, test } from 'vitest';
import type { RunCommand, RunEnd } from '../../src/ports/spawn.js';
import { removeContainer } from '../../src/worker/undress.js';
import { FakeClock } from '../support/fake-clock.js';

/** What the tool says, try by try. */
async function removing(...answers: readonly (readonly [code: number, said: string])[]): Promise<number> {
  const clock = new FakeClock();
  let tries = 0;
  const start = (command: RunCommand) => {
    const [code, said] = answers[tries++] ?? [0, ''];
    void command.onOutput('stderr', Buffer.from(said));
    return { pid: 1, signal: () => undefined, ended: Promise.resolve<RunEnd>({ is: 'exited', code }) };
  };
  const removed = removeContainer({ spawner: { start }, clock, argv: ['docker', 'rm', 'x'], env: {} });
  await clock.advance(10_000);
  await removed;
  return tries;
}

test.each([
  ['once, when that works', 1, [[0, 'x']]],
  ['once, when there is none any more', 1, [[1, 'Error: No such container: x']]],
  [
    'again, when the tool was not ready',
    2,
    [
      [125, 'Error: container state improper'],
      [0, 'x'],
    ],
  ],
  [
    'three times at most',
    3,
    [
      [1, 'no'],
      [1, 'no'],
      [1, 'no'],
      [1, 'no'],
    ],
  ],
] as const)('a container is removed %s', async (_how, tries, answers) => {
  expect(await removing(...answers)).toBe(tries);
});
