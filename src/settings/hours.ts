const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** One week, and one more for a span that summer time swallows. */
const LONGEST_SEARCH_MINUTES = 15 * DAY_MINUTES;

const TIME = '(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9])?';
const DAY = '[A-Za-z]{3,9}';
/** What hours look like; whether the days exist and the span has a length is found out by reading it. */
export const HOURS = new RegExp(
  `^(?=.)(?:(${DAY}(?: ?[-–,] ?${DAY})*)(?: |$))?(?:(${TIME}) ?[-–] ?(${TIME}))?$`,
);

/** Of a week. */
interface Span {
  /** On which it begins; Sunday is 0. */
  readonly days: ReadonlySet<number>;
  /** In minutes of the day. One that ends no later than it begins ends on the next day. */
  readonly from: number;
  readonly to: number;
}

/**
 * Whether a moment lies in one of these spans, by the wall clock of this host: `20:00-08:00`, `Sat,Sun`, or
 * `Mon-Fri 20:00-08:00`, where the night to Saturday is Friday's.
 */
export function withinHours(hours: readonly string[], date: Date): boolean {
  return within(spansOf(hours), date);
}

/** Milliseconds from a moment to the next one that lies in one of these spans; 0 where it does itself. */
export function msUntilHours(hours: readonly string[], date: Date): number {
  const spans = spansOf(hours);
  if (within(spans, date)) return 0;
  // Minute by minute, so that days of 23 and of 25 hours need no rule.
  const next = MINUTE_MS - (date.getTime() % MINUTE_MS);
  for (let minute = 0; minute < LONGEST_SEARCH_MINUTES; minute++) {
    const wait = next + minute * MINUTE_MS;
    if (within(spans, new Date(date.getTime() + wait))) return wait;
  }
  return next + LONGEST_SEARCH_MINUTES * MINUTE_MS;
}

/** Why a text says no hours; undefined where it does. */
export function hoursProblem(text: string): string | undefined {
  const span = readSpan(text);
  return typeof span === 'string' ? span : undefined;
}

function spansOf(hours: readonly string[]): Span[] {
  return hours.map(readSpan).filter((span) => typeof span !== 'string');
}

function within(spans: readonly Span[], date: Date): boolean {
  const day = date.getDay();
  const minute = date.getHours() * 60 + date.getMinutes();
  return spans.some(({ days, from, to }) =>
    from < to
      ? days.has(day) && minute >= from && minute < to
      : (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to),
  );
}

/** The span, or what is wrong with it. */
function readSpan(text: string): Span | string {
  const found = HOURS.exec(text);
  if (!found) return 'it is written like 20:00-08:00, Sat,Sun or Mon-Fri 20:00-08:00';
  const [, days, from = '0', to = '24'] = found;
  const read = days === undefined ? new Set(DAYS.keys()) : readDays(days);
  if (typeof read === 'string') return read;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin >= DAY_MINUTES || end > DAY_MINUTES) return 'a day ends at 24:00, and 00:00 begins it';
  if (begin === end) return 'it ends when it begins; the whole day is 00:00-24:00';
  return { days: read, from: begin, to: end };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function readDays(text: string): Set<number> | string {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const ends = part.split(/[-–]/).map((word) => word.trim());
    const [first = -1, last = first, ...more] = ends.map(dayOf);
    const unknown = ends.find((word) => dayOf(word) < 0);
    if (unknown !== undefined) return `${unknown} is no day; they are Mon, Tue, Wed, Thu, Fri, Sat and Sun`;
    if (more.length > 0) return 'days are written like Mon-Fri or Sat,Sun';
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return days;
}

/** By its first three letters or more. */
function dayOf(word: string): number {
  return DAYS.findIndex((day) => day.startsWith(word.toLowerCase()));
}
