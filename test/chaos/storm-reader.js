// Reads the schedule all the time, as any program may, and judges every content. SIGTERM ends it; then it prints what
// it saw. Times are milliseconds of the clock that all processes of a host share. Argument: the schedule.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [schedule = ''] = process.argv.slice(2);
const PAUSE_MS = 2;
const MOST_TOLD = 1000;
/** @type {{polls: number, most: number, invalid: {from: number, to: number, text: string}[]}} */
const seen = { polls: 0, most: 0, invalid: [] };
let over = false;

const now = () => Number(process.hrtime.bigint()) / 1e6;

function poll() {
  const from = now();
  try {
    const text = readFileSync(schedule, 'utf8');
    const to = now();
    seen.polls++;
    const entries = listOf(text);
    if (entries) seen.most = Math.max(seen.most, entries.length);
    else if (seen.invalid.length < MOST_TOLD) seen.invalid.push({ from, to, text: text.slice(-200) });
  } catch (error) {
    seen.invalid.push({ from, to: now(), text: String(error) });
  }
}

/** @param {string} text */
function listOf(text) {
  try {
    const entries = /** @type {unknown} */ (JSON.parse(text));
    return Array.isArray(entries) ? entries : undefined;
  } catch {
    return undefined;
  }
}

process.on('SIGTERM', () => (over = true));
// From here on it can be told to end.
process.stdout.write('\n');
while (!over) {
  poll();
  await delay(PAUSE_MS);
}
process.stdout.write(JSON.stringify(seen));
