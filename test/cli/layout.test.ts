import { describe, expect, test } from 'vitest';
import { widthOf } from '../../src/ports/screen-text.js';
import { digest } from '../../src/survey/digest.js';
import type { StatusReport } from '../../src/commands/status.js';
import { remedy, sentence, type Page } from '../../src/cli/page.js';
import { showEntries } from '../../src/cli/show-status-entries.js';
import { showStatus } from '../../src/cli/show-status.js';
import { momentOf, roughRate, roughTime } from '../../src/cli/show-time.js';
import { Table } from '../../src/cli/table.js';
import { failedOf, runOf, snapshotOf, workerOf } from '../support/snapshot.js';

const page = (columns: number | undefined, isColoured = false): Page => ({ columns, isColoured });

/** Everything that there can be to tell, at once. */
function report(): StatusReport {
  const identity = { worker: 'ada-1-a', hostname: 'node17.cluster.example.org', user: 'ada', pid: 1 };
  const snapshot = snapshotOf(
    [
      ...Array.from({ length: 60 }, (_, i) => (i % 2 ? failedOf({ code: 1 }) : ({ is: 'pending' } as const))),
      { is: 'running', run: runOf() },
      { is: 'lost', run: runOf() },
      { is: 'suspect', run: runOf() },
    ],
    {
      workers: [
        workerOf({ identity, running: [60], gpus: '0,1', succeeded: 1234, failed: 56 }),
        workerOf({ worker: 'node18-77-abcdef', standing: 'suspect', lastHeardMs: 400_000 }),
        workerOf({ worker: '計算機-5-abcdef', standing: 'gone' }),
      ],
    },
  );
  const made = digest(snapshot);
  const group = { cause: { is: 'exit', code: 1 } as const, read: true, entries: made.entries.failed };
  return {
    ...{ snapshot, now: 5000, digest: made, workers: snapshot.workers },
    forecast: { entriesPerHour: 40, left: 7_800_000, between: [6_600_000, 9_600_000] },
    failures: [{ ...group, lastLine: `RuntimeError: ${'CUDA error: 計算 '.repeat(20)}` }],
    entries: () => [0, 1, 60, 61, 62],
  };
}

const plain = (line: string): string => line.replace(/\x1b\[\d+m/g, ''); // eslint-disable-line no-control-regex -- it is about them

describe('no line is wider than the terminal', () => {
  for (const columns of [20, 30, 40, 60, 80, 120, 200]) {
    test(`of ${columns} columns`, () => {
      const coloured = page(columns, true);
      const lines = [
        ...showStatus(coloured, 'exp.json', report(), { all: true }),
        ...showEntries(coloured, report()),
      ];
      // A command to paste is broken between its words, never within one.
      const tooLong = lines
        .map(plain)
        .filter((line) => widthOf(line) > columns && !/^ {2,4}\S+( \\)?$/.test(line));
      expect(tooLong).toEqual([]);
      expect(lines.map(plain).join(' ')).toMatch(/60: p/);
    });
  }
});

test('a pipe gets everything whole', () => {
  const lines = [...showStatus(page(undefined), 'exp.json', report(), { all: true })];
  expect(lines.join('\n')).not.toContain('…');
  expect(lines).toContainEqual(expect.stringContaining('30 failed with exit code 1: 1,3,5,7'));
  expect(lines).toContain('40 entries an hour; about 2 h 10 min left, between 1 h 50 min and 2 h 40 min.');
});

test('a selection that is too long is cut between two numbers', () => {
  const lines = [...showStatus(page(40), 'exp.json', report(), { all: false })];
  expect(lines).toContain('30 failed with exit code 1:');
  expect(lines).toContain('  1,3,5,7,9,11,13,15,17,19,21,23,25 ...');
});

test('a table leaves out what matters least, and never its first and last columns', () => {
  const columns = [
    { title: 'A', width: 10, least: 4 },
    { title: 'B', width: 10, drop: 2 },
    { title: 'C', width: 10, right: true, drop: 1 },
    { title: 'D', width: 40, least: 10 },
  ];
  const cells = ['aaaaaaaaaa', 'bbbbbbbbbb', 'c', 'd'.repeat(40)].map((text) => ({ text }));
  const at = (width: number | undefined): string => new Table(page(width), columns).row(cells);
  expect(at(undefined)).toBe(`aaaaaaaaaa  bbbbbbbbbb           c  ${'d'.repeat(40)}`);
  expect(at(60)).toBe(`aaaaaaaaaa  bbbbbbbbbb           c  ${'d'.repeat(23)}…`);
  expect(at(30)).toBe('aaaa…           c  dddddddddd…');
  expect(at(18)).toMatch(/^aaaa?a?…? +d+…$/);
  expect(widthOf(at(5))).toBeLessThanOrEqual(5);
});

test('a command that is too long for a line is one that a shell reads over two', () => {
  expect(
    remedy(page(40), 'To run what failed again:', ['cooperate', 'requeue', 'my exp.json', '--failed']),
  ).toEqual(['To run what failed again:', "  cooperate requeue 'my exp.json' \\", '    --failed']);
});

test('sentences are broken between words', () => {
  expect(sentence(page(12), 'one two three four')).toEqual(['one two', '  three four']);
});

test.each([
  [400, '1 s'],
  [9400, '9 s'],
  [26_000, '25 s'],
  [58_000, '1 min'],
  [200_000, '3 min 20 s'],
  [1_799_000, '30 min'],
  [3_599_000, '1 h'],
  [7_800_000, '2 h 10 min'],
  [86_300_000, '1 d'],
  [100_000_000, '1 d 4 h'],
])('%d ms are about %s', (ms, words) => {
  expect(roughTime(ms)).toBe(words);
});

test.each([
  [0.5, '12 entries a day'],
  [1, '1 entry an hour'],
  [40.4, '40 entries an hour'],
  [600, '10 entries a minute'],
  [36_000, '10 entries a second'],
])('%d an hour are %s', (rate, words) => {
  expect(roughRate(rate)).toBe(words);
});

test('a moment is told as short as it is understood', () => {
  const now = new Date(2026, 0, 31, 12, 0, 0).getTime();
  expect(momentOf(new Date(2026, 0, 31, 8, 5, 9).getTime(), now)).toBe('08:05:09');
  expect(momentOf(new Date(2026, 0, 30, 8, 5, 9).getTime(), now)).toBe('01-30 08:05');
  expect(momentOf(new Date(2025, 11, 30, 8, 5, 9).getTime(), now)).toBe('2025-12-30');
  expect(momentOf(0, now)).toBe('');
});
