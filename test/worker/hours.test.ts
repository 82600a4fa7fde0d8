import { describe, expect, test } from 'vitest';
import { Site } from '../support/protocol.js';

const MINUTE = 60_000;

describe('a worker with hours', () => {
  test('starts nothing outside of them, says so once, and begins when they do', async () => {
    const site = await Site.with([['a'], ['b']]);
    const opens = site.clock.wallTime().getTime() + 10 * MINUTE;
    const closedMs = (now: Date): number => Math.max(0, opens - now.getTime());
    const ada = site.worker('ada', { limits: { closedMs } });
    const work = ada.work();
    for (let minute = 0; minute < 9; minute++) await site.clock.advance(MINUTE);
    expect(site.ran).toEqual([]);
    expect(await site.pending()).toEqual(['a', 'b']);
    await site.until(work);
    expect(site.ran).toEqual(['a', 'b']);
    expect(ada.told('closed')).toHaveLength(1);
  });

  test('does not wait for them when nothing is pending', async () => {
    const site = await Site.with([['a']]);
    await site.worker('ben').finish();
    const ada = site.worker('ada', { limits: { closedMs: () => 10 * MINUTE } });
    const before = site.clock.monotonic();
    await ada.finish();
    expect(site.clock.monotonic() - before).toBeLessThan(MINUTE);
    expect(ada.told('closed')).toEqual([]);
  });
});
