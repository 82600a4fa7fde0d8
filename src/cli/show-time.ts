const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A time to come, no more exact than it can be known: `25 s`, `3 min 20 s`, `2 h 10 min`, `3 d 4 h`. */
export function roughTime(ms: number): string {
  if (ms < 10 * SECOND) return `${Math.max(1, Math.round(ms / SECOND))} s`;
  if (ms < MINUTE - 2.5 * SECOND) return `${rounded(ms, 5 * SECOND) / SECOND} s`;
  if (ms < 10 * MINUTE - 5 * SECOND) return joined(rounded(ms, 10 * SECOND), [MINUTE, 'min'], [SECOND, 's']);
  if (ms < HOUR - MINUTE / 2) return `${rounded(ms, MINUTE) / MINUTE} min`;
  if (ms < DAY - 5 * MINUTE) return joined(rounded(ms, 10 * MINUTE), [HOUR, 'h'], [MINUTE, 'min']);
  if (ms < 10 * DAY) return joined(rounded(ms, HOUR), [DAY, 'd'], [HOUR, 'h']);
  return ms < 2 * YEAR ? `${rounded(ms, DAY) / DAY} d` : `${rounded(ms, YEAR) / YEAR} years`;
}

type Unit = readonly [ms: number, name: string];

function joined(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = ms % large;
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest / small} ${smallName}`}`;
}

function rounded(ms: number, unit: number): number {
  return Math.round(ms / unit) * unit;
}

/** The time of day (nothing where it is unknown), where it was another day with the date: `12:03:11`, `01-31 12:03`, `2025-01-31`. */
export function momentOf(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)];
  if (!(at > 0)) return '';
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const minute = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === today.toDateString()) return `${minute}:${two(date.getSeconds())}`;
  return date.getFullYear() === today.getFullYear() ? `${day} ${minute}` : `${date.getFullYear()}-${day}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Two figures, in the unit that suits: `40 entries an hour`. */
export function roughRate(perHour: number): string {
  const [times, unit] =
    perHour >= 7200
      ? [1 / 3600, 'a second']
      : perHour >= 120
        ? [1 / 60, 'a minute']
        : perHour >= 1
          ? [1, 'an hour']
          : [24, 'a day'];
  const value = Number((perHour * times).toPrecision(2));
  return `${value} ${value === 1 ? 'entry' : 'entries'} ${unit}`;
}
