import { describe, expect, test } from 'vitest';
import { Site, type Script } from '../support/protocol.js';

const goesOn: Script = () => undefined;

/** A worker that runs `a`, holds `b` and `c`, is told to stop, and stands still before its `n`-th operation then. */
async function tell(n: number, wakes: boolean): Promise<boolean> {
  const site = await Site.with([['a'], ['b'], ['c']]);
  const ada = site.worker('ada', { batch: 3, script: goesOn });
  const work = ada.work();
  await site.clock.advance(1000);
  expect(site.ran).toEqual(['a']);
  const gate = ada.stopBefore(n);
  ada.stop.request('SIGTERM');
  ada.runs[0]?.end({ is: 'killed', signal: 'SIGTERM' });
  await site.clock.advance(1000);
  const { reached } = gate;
  if (reached && !wakes) site.kill(ada);
  const first = await site.worker('ben', { batch: 2 }).finish();
  gate.wake();
  if (wakes || !reached) await site.until(work);
  const { findings } = await site.worker('cyd').finish();
  const where = gate.calls.join();
  expect(await site.pending(), where).toEqual([]);
  for (const { marks, command } of site.spawns) expect(await marks, `${where}: ${command}`).toBe(1);
  expect(site.ran.toSorted(), where).toEqual(['a', 'a', 'b', 'c']);
  expect(new Set(site.spawns.map(({ claim }) => claim)).size, where).toBe(4);
  expect([first.failed, findings?.lost, findings?.running], where).toEqual([0, [], 0]);
  return reached;
}

describe.each([
  ['is killed', false],
  ['is stopped, and goes on later,', true],
])('a worker that %s at any operation of leaving', (_how, wakes) => {
  test('leaves what it had to others, who run it once', async () => {
    const problems: string[] = [];
    let n = 1;
    for (let reached = true; reached && n < 200; n++) {
      reached = await tell(n, wakes).catch((error: unknown) => {
        problems.push(`${n}: ${(error as Error).message.split('\n')[0] ?? ''}`);
        return true;
      });
    }
    expect(problems).toEqual([]);
    expect(n).toBeGreaterThan(20);
  });
});
