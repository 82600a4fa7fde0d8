import { expect, it } from 'vitest';
import { matchesHost } from '../../src/settings/hosts.js';

it.each([
  ['laptop', 'laptop', true],
  ['laptop', 'laptop2', false],
  ['laptop*', 'laptop', true],
  ['laptop*', 'laptop-of-ann', true],
  ['*laptop', 'my-laptop', true],
  ['*top*n', 'laptop-of-ann', true],
  ['gpu-??', 'gpu-07', true],
  ['gpu-??', 'gpu-7', false],
  ['gpu-??', 'gpu-107', false],
  ['*', 'anything', true],
  ['?', '', false],
  ['**a*', 'bab', true],
  ['LapTop', 'laptop', true],
  ['laptop', 'laptop.example.org', true],
  ['*.example.org', 'laptop.example.org', true],
  ['example', 'laptop.example.org', false],
  ['l.ptop', 'laptop', false],
  ['gpu[12]', 'gpu1', false],
  ['gpu[12]', 'gpu[12]', true],
])('%s and the host %s: %s', (pattern, host, is) => {
  expect(matchesHost(pattern, host)).toBe(is);
});

it('one pattern of several is enough', () => {
  expect(matchesHost(['cpu*', 'gpu*'], 'gpu-1')).toBe(true);
  expect(matchesHost(['cpu*', 'gpu*'], 'login')).toBe(false);
});

it('a pattern of many stars is answered at once', () => {
  expect(matchesHost(`${'*a'.repeat(5000)}b`, 'a'.repeat(20_000))).toBe(false);
});
