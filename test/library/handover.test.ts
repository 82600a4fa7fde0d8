import { expect, test } from 'vitest';
import { Handover } from '../../src/library/handover.js';

test('everything that is handed out is taken, in order, and then it is over', async () => {
  const handover = new Handover<number>();
  const hand = async () => {
    for (let i = 0; i < 5; i++) await handover.put(i);
  };
  const taken: number[] = [];
  for await (const one of handover.taken(hand())) taken.push(one);
  expect(taken).toEqual([0, 1, 2, 3, 4]);
});

test('nothing is handed out ahead of who takes it', async () => {
  const handover = new Handover<number>();
  let handed = 0;
  const hand = async () => {
    for (; handed < 5; handed++) await handover.put(handed);
  };
  const taken = handover.taken(hand());
  await taken.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(handed).toBe(1);
  await taken.return();
});

test('who stops taking ends the handing out, and waits for its end', async () => {
  const handover = new Handover<number>();
  let isOver = false;
  const hand = async () => {
    while (!handover.isClosed) await handover.put(1);
    await new Promise((resolve) => setImmediate(resolve));
    isOver = true;
  };
  for await (const one of handover.taken(hand())) {
    expect(one).toBe(1);
    break;
  }
  expect(isOver).toBe(true);
});

test('a failure of the handing out reaches who takes, behind what was handed out before', async () => {
  const handover = new Handover<number>();
  const hand = async () => {
    await handover.put(1);
    throw new Error('no more');
  };
  const taken = handover.taken(hand());
  expect((await taken.next()).value).toBe(1);
  await expect(taken.next()).rejects.toThrow('no more');
});
