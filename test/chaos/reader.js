// Reads the schedule again and again without a pause, as any program may, and judges every single content. SIGTERM ends
// it; then it prints what it saw. Arguments: the schedule, the folder of the run records, how many entries there are.
import { setImmediate } from 'node:timers';
import { readdirSync, readFileSync } from 'node:fs';

const [schedule = '', runs = '', count = '0'] = process.argv.slice(2);
const seen = {
  polls: 0,
  /** Contents that were no list of so many entries. */
  invalid: 0,
  /** Polls with more entries begun than marked. */
  ahead: 0,
  /** Polls with fewer marks than the poll before. */
  fewer: 0,
  marked: 0,
  /** What was wrong first. */
  first: '',
};

function poll() {
  // Records first: whatever has begun by then must be marked in what is read afterwards.
  const begun = readdirSync(runs).length;
  const text = readFileSync(schedule, 'utf8');
  seen.polls++;
  const marked = marks(text);
  if (marked === undefined) {
    seen.invalid++;
    seen.first ||= text.slice(0, 200);
    return;
  }
  if (begun > marked) seen.ahead++;
  if (marked < seen.marked) seen.fewer++;
  seen.marked = marked;
}

/** @param {string} text */
function marks(text) {
  try {
    const entries = /** @type {unknown} */ (JSON.parse(text));
    if (!Array.isArray(entries) || entries.length !== Number(count)) return undefined;
    return entries.filter((entry) => Array.isArray(entry) && entry[0] === 'executed').length;
  } catch {
    return undefined;
  }
}

/** @returns {void} */
function pollOn() {
  poll();
  setImmediate(pollOn);
}

process.on('SIGTERM', () => {
  poll();
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
});
pollOn();
