import type { Examined } from '../commands/doctor.js';
import type { Check, Grade } from '../doctor/findings.js';
import type { Measured } from '../doctor/schemas.js';
import { harmless, widthOf } from '../ports/screen-text.js';
import { asTyped } from './as-typed.js';
import { afterBlank, painted, sentence, type Page, type Tone } from './page.js';
import { showCommand } from './show-command.js';
import { Table } from './table.js';

const TONES: Readonly<Record<Grade, Tone>> = {
  good: 'succeeded',
  note: 'faint',
  warning: 'interrupted',
  bad: 'failed',
};
const LABELS: Readonly<Record<Grade, string>> = { good: 'ok', note: 'note', warning: 'warn', bad: 'BAD' };

/** What was tested, what came of it and what it means; and the verdict. */
export function* shownDoctor(page: Page, examined: Examined): Generator<string> {
  const { checks, findings } = examined;
  yield* rows(page, checks);
  yield* afterBlank(verdict(page, examined));
  if (findings.hosts.length === 1)
    yield* sentence(
      page,
      `Tested on this host alone; with others: cooperate doctor ${showCommand([examined.folder])} --hosts 2`,
      'faint',
    );
}

function* rows(page: Page, checks: readonly Check[]): Generator<string> {
  const cells = checks.map(({ what, result, means, grade }) => [
    { text: LABELS[grade], tone: TONES[grade] },
    { text: harmless(what) },
    { text: harmless(result) },
    { text: harmless(means), tone: 'faint' as const },
  ]);
  const width = (i: number): number => Math.max(0, ...cells.map((row) => widthOf(row[i]?.text ?? '')));
  const table = new Table(page, [
    { title: '', width: width(0) },
    { title: 'TESTED', width: width(1), least: 18 },
    { title: 'RESULT', width: width(2), least: 24 },
    { title: 'MEANS', width: width(3), least: 12, drop: 1 },
  ]);
  yield table.head;
  for (const row of cells) yield table.row(row);
}

function* verdict(page: Page, { verdict, reasons, settings, kept, folder }: Examined): Generator<string> {
  const name = harmless(asTyped(folder));
  switch (verdict) {
    case 'good':
      yield painted(page, `${name} is good for cooperate.`, 'succeeded');
      break;
    case 'good-with-settings':
      yield painted(page, `${name} is good for cooperate, with these settings:`, 'interrupted');
      break;
    case 'do-not-use':
      yield painted(page, `Do not use ${name}:`, 'failed');
      for (const reason of reasons) yield* sentence(page, harmless(reason), undefined, 2);
      return;
  }
  for (const line of settingLines(settings)) yield* sentence(page, line, undefined, 2);
  if (kept !== undefined)
    yield* sentence(
      page,
      `Workers on schedules there take them by themselves, from ${harmless(asTyped(kept))}.`,
    );
}

function* settingLines({ cells, lockStaleMs, lagMs }: Measured): Generator<string> {
  if (cells) yield 'cells: folders, renamed into place, instead of hard links';
  if (lockStaleMs !== undefined)
    yield `lock: a holder is gone after ${lockStaleMs / 1000} s without a sign of life, instead of 10 s`;
  if (lagMs !== undefined) yield `old contents: waited for up to ${lagMs / 1000} s`;
}

/** Version 1 of what `doctor --json` prints. */
export function valueOfDoctor({
  folder,
  verdict,
  reasons,
  checks,
  settings,
  kept,
  findings,
}: Examined): object {
  const { hosts, races, lags, lock, operations } = findings;
  return {
    version: 1,
    folder,
    verdict,
    reasons,
    settings,
    kept: kept ?? null,
    checks: checks.map(({ id, what, result, means, grade }) => ({ id, what, result, means, grade })),
    hosts: hosts.map(({ host, mount, space, clockMs }) => ({
      host,
      mount: mount ?? null,
      space: space ?? null,
      clockMs: clockMs ?? null,
    })),
    measured: { operations, races, lags: lags ?? null, lock },
  };
}
