const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number): string => String(value).padStart(2, '0');

/** `45s`, `3m12s`, `2h05m`, `3d04h`: whole units, rounded down. */
export function formatDuration(ms: number): string {
  const [days, hours, minutes, seconds] = [DAY, HOUR, MINUTE, SECOND].map((unit) => Math.floor(ms / unit)) as [
    number,
    number,
    number,
    number,
  ];
  if (days > 0) return `${days}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  if (minutes > 0) return `${minutes}m${two(seconds % 60)}s`;
  return `${Math.max(0, seconds)}s`;
}

/** As above, but with a tenth where it tells something: `3.2s`. */
export function formatExactDuration(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  return tenths < 600 ? `${Math.floor(tenths / 10)}.${tenths % 10}s` : formatDuration(ms);
}

const SPELLED = /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/;

/** Milliseconds of `90s`, `15m`, `1h30m`, `1.5h`; undefined when it is nothing of that kind. */
export function parseDuration(text: string): number | undefined {
  const parts = SPELLED.exec(text.trim());
  if (parts === null || parts[0] === '') return undefined;
  const ms = [DAY, HOUR, MINUTE, SECOND].reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * unit, 0);
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}
