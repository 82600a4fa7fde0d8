import { expect, test } from 'vitest';
import { StopSwitch } from '../../src/worker/stop.js';

/** A switch that was told that, and what a run under it got. */
function told(...signals: NodeJS.Signals[]): NodeJS.Signals[] {
  const got: NodeJS.Signals[] = [];
  const stop = new StopSwitch();
  stop.attach({ pid: 1, signal: (signal) => got.push(signal), ended: new Promise(() => undefined) });
  for (const signal of signals) stop.request(signal);
  return got;
}

test('the first signal is passed on, and any second one kills what runs', () => {
  expect(told('SIGINT')).toEqual(['SIGINT']);
  expect(told('SIGINT', 'SIGINT')).toEqual(['SIGINT', 'SIGKILL']);
  expect(told('SIGHUP', 'SIGTERM')).toEqual(['SIGHUP', 'SIGKILL']);
  expect(told('SIGTERM', 'SIGHUP')).toEqual(['SIGTERM', 'SIGKILL']);
});

test('a terminal that is closed kills nothing, though both the system and the shell tell of it', () => {
  expect(told('SIGHUP', 'SIGHUP')).toEqual(['SIGHUP']);
});
