import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { hashGroups } from '../../src/schedule/group-hashes.js';
import { scan } from '../../src/schedule/scan.js';

test('the thread of the built program hashes a schedule as the program itself does', async () => {
  const { bytes, starts, ends, group, groupCount } = scan(
    Buffer.from('[["a"], ["executed", "b"], ["a"], ["\u00e9"]]'),
  );
  const groups = { bytes, starts, ends, group, groupCount };
  const thread = new Worker(new URL('../../dist/survey/hash-thread.js', import.meta.url), {
    workerData: groups,
  });
  // Both from the start: a thread that is quick tells of its end right behind its answer.
  const [answer] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
  expect(answer).toEqual([hashGroups(groups)]);
});
