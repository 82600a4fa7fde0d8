import { describe, expect, it } from 'vitest';
import { makeStrict } from '../../src/schedule/strict.js';
import { problemOf, scanned } from './outcome.js';

describe('makeStrict', () => {
  it('deletes comments and trailing commas and nothing else', () => {
    const loose = '// all\r\n[ ["a", /* why */ ],\r\n ["b" // it\r\n], ] // end';
    expect(makeStrict(scanned(loose)).toString()).toBe('\r\n[ ["a"  ],\r\n ["b" \r\n] ] ');
  });

  it('leaves alone what only looks like a comment or a trailing comma', () => {
    const text = '[["http://a", "/*", "*/", ",]", "\\"//"]]';
    expect(makeStrict(scanned(text)).toString()).toBe(text);
  });

  it.each(['[[1/**/2]]', '[["a"/**/"b"]]', '[[tr/**/ue]]', '[["a"]/**/["b"]]', '[[1./**/5]]', '[["a",/**/,]]'])(
    'never joins tokens: %s was no schedule before',
    (text) => {
      expect(problemOf(Buffer.from(text)).offset).toBeDefined();
    },
  );
});
