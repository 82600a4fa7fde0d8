import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Site, succeed, type Script } from '../support/protocol.js';

const four = [['a'], ['b'], ['c'], ['d']];
const goesOn: Script = () => undefined;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('what waits behind an entry that takes long', () => {
  test('is given back, and runs elsewhere meanwhile', async () => {
    const site = await Site.with(four);
    const ada = site.worker('ada', { batch: 3, script: goesOn });
    const work = ada.work();
    await site.clock.advance(100);
    await vi.advanceTimersByTimeAsync(6000);
    await site.clock.advance(100);
    expect(await site.pending()).toEqual(['b', 'c', 'd']);
    await site.worker('ben').finish();
    ada.runs[0]?.exit();
    await site.until(work);
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('does not include the entry that is being started, however long the server takes for that', async () => {
    const site = await Site.with(four);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const stop = site.fs.faults.before(({ client, to }) =>
      client === 'ada' && to?.endsWith('.start') ? answered : undefined,
    );
    const ada = site.worker('ada', { batch: 3, script: goesOn });
    const work = ada.work();
    await site.clock.advance(100);
    await vi.advanceTimersByTimeAsync(6000);
    await site.clock.advance(100);
    stop();
    answer();
    await site.clock.advance(100);
    await site.worker('ben').finish();
    for (const run of ada.runs) run.exit();
    await site.until(work);
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is not lost when giving it back finds the disk full at first', async () => {
    const site = await Site.with(four);
    const ada = site.worker('ada', {
      batch: 4,
      script: (run, command) => (command === 'a' ? undefined : run.exit()),
    });
    const work = ada.work();
    await site.clock.advance(100);
    const heal = site.fs.faults.fail('write', '.new', 'ENOSPC');
    await vi.advanceTimersByTimeAsync(6000);
    await site.clock.advance(100);
    heal();
    ada.runs[0]?.exit();
    await site.until(work);
    expect(site.ran.toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect(await site.pending()).toEqual([]);
  });
});

describe('a worker that is told to stop while a claim of its is taken from it', () => {
  test('does not take away the mark of the peer that runs it now', async () => {
    const site = await Site.with([['a'], ['b']]);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const stop = site.fs.faults.before(({ client, to }) =>
      client === 'ada' && to?.endsWith('.start') ? answered : undefined,
    );
    const ada = site.worker('ada', { elsewhere: true });
    const work = ada.work();
    await site.clock.advance(100);
    const ben = site.worker('ben', { elsewhere: true, script: goesOn });
    await ben.watchLong();
    const bens = ben.work();
    await site.clock.advance(1000);
    ben.runs[0]?.exit();
    await site.clock.advance(1000);
    expect(site.ran).toEqual(['b', 'a']);
    ada.stop.request('SIGTERM');
    stop();
    answer();
    await site.until(work);
    expect(await site.pending()).toEqual([]);
    ben.runs[1]?.exit();
    await site.until(bens);
    expect(site.ran).toEqual(['b', 'a']);
  });
});

describe('a worker that begins', () => {
  test('writes one journal, though it beats and claims at once', async () => {
    const site = await Site.with(four);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    let opened = 0;
    site.fs.faults.after(({ operation, path }) =>
      operation === 'openAppend' && path.endsWith('/ada.jsonl') && ++opened === 1 ? answered : undefined,
    );
    const ada = site.worker('ada', { script: succeed });
    const work = ada.work();
    await site.clock.advance(1000);
    answer();
    await site.until(work);
    const { bytes } = await site.fs.read('/work/exp.json.cooperate/1/journals/ada.jsonl');
    const lines = bytes.toString().trim().split('\n');
    const kinds = lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { t: string }).t);
    expect(kinds.filter((kind) => kind === 'end')).toHaveLength(4);
    expect(opened).toBe(1);
  });
});
