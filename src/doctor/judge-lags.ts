import type { Check, Findings, Grade } from './findings.js';
import { BOUNDS, type Measured, type Sights } from './schemas.js';

/** What the usual settings allow for. */
const USUAL_LIST_MS = 3_000;
const USUAL_CONTENT_MS = 1_500;
/** A worker is suspect after 180 s, and its signs of life have to arrive well before. */
const TOO_LATE_MS = 60_000;

const SIGHTS: readonly (readonly [keyof Sights, string])[] = [
  ['list', 'a new file, by listing'],
  ['open', 'by open, once found missing'],
  ['renamed', 'content, after a rename'],
  ['rewritten', 'content, after a rewrite'],
  ['size', 'a new size, by stat'],
];

/** How late others see a change, and the settings that it asks for. */
export function judgeLags({ lags, lagWatchedMs }: Findings): { checks: Check[]; settings: Measured } {
  if (!lags) return { checks: [], settings: {} };
  const checks = SIGHTS.map(([sight, what]) => {
    const ms = lags[sight];
    const { grade, means } = meaningOf(sight, ms);
    const result = ms === null ? `not within ${lagWatchedMs / 1000} s` : `within ${time(ms)}`;
    return { id: `seen-${sight}`, what, result, means, grade };
  });
  return { checks, settings: settingsFor(lags) };
}

function meaningOf(sight: keyof Sights, ms: number | null): { grade: Grade; means: string } {
  if (sight === 'open' || sight === 'size') return { grade: 'good', means: 'never believed' };
  const late = ms ?? Infinity;
  // A listing that is late costs time only: names are claimed by trying.
  if (sight === 'list' && ms === null) return { grade: 'bad', means: 'the lock and the cells are not seen' };
  if (sight !== 'list' && late > TOO_LATE_MS) return { grade: 'bad', means: 'signs of life come too late' };
  const usual = sight === 'list' ? USUAL_LIST_MS : USUAL_CONTENT_MS;
  if (late <= usual) return { grade: 'good', means: 'at once, as far as it matters' };
  return { grade: 'warning', means: 'slow; the settings below allow for it' };
}

function settingsFor(lags: Sights): Measured {
  const list = lags.list ?? 0;
  const content = Math.max(lags.renamed ?? 0, lags.rewritten ?? 0);
  return {
    ...(list > USUAL_LIST_MS && { lockStaleMs: within(BOUNDS.lockStaleMs, 2 * list + 4_000) }),
    ...(content > USUAL_CONTENT_MS && { lagMs: within(BOUNDS.lagMs, 2 * content) }),
  };
}

/** To whole seconds. */
function within([least, most]: readonly [number, number], ms: number): number {
  return Math.min(most, Math.max(least, Math.ceil(ms / 1000) * 1000));
}

function time(ms: number): string {
  if (ms < 1) return '1 ms';
  return ms < 1000 ? `${Math.ceil(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
