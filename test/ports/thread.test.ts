import { expect, test } from 'vitest';
import { beside } from '../../src/ports/thread.js';

test('has no answer where the module is not there, as in a bundle of somebody else', async () => {
  expect(await beside('nowhere/thread.js', {})).toBeUndefined();
});
