import { beforeEach, expect, test } from 'vitest';
import { Chore } from '../../src/view/chore.js';
import { FakeClock } from '../support/fake-clock.js';

let clock: FakeClock;
let chore: Chore<string>;
let done: string[];
let began: string[];

beforeEach(() => {
  clock = new FakeClock();
  chore = new Chore(clock, new AbortController().signal);
  done = [];
  began = [];
});

function begin(name: string, urgent: boolean, slices = 2): void {
  chore.begin(
    urgent,
    function* () {
      began.push(name);
      for (let i = 0; i < slices; i++) {
        void clock.advance(10);
        yield;
      }
      return name;
    },
    (result) => done.push(result),
  );
}

test('it is done in slices', async () => {
  begin('a', true);
  expect(done).toEqual([]);
  await clock.advance(0);
  expect(done).toEqual(['a']);
});

test('an urgent one replaces the one under way', async () => {
  begin('a', true);
  begin('b', true);
  await clock.advance(100);
  expect(done).toEqual(['b']);
});

test('one that can wait follows the one under way, and only the last of several', async () => {
  begin('a', true);
  begin('b', false);
  begin('c', false);
  await clock.advance(1000);
  expect(done).toEqual(['a', 'c']);
  expect(began).toEqual(['a', 'c']);
});
