// In a guest: reads the schedule again and again, without a lock, as any program may; with --tail also follows the
// journals and counts the runs. Says in a line of JSON, once a second, what it saw since the last one.
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { setInterval } from 'node:timers';

const [schedule = '', every = '250', tail] = process.argv.slice(2);
const ESTALE = 116;
const JOURNALS = `${schedule}.cooperate/1/journals`;
let seen = nothing();
/** How far each journal has been read. @type {Map<string, number>} */
const offsets = new Map();

function nothing() {
  return {
    polls: 0,
    /** Contents that were no list of lists of strings. */
    invalid: 0,
    /** Reads that ended in an error, by its code. @type {Record<string, number>} */
    errors: {},
    /** What was wrong first. */
    first: '',
    /** Runs so far; -1 when it was not looked. */
    runs: -1,
    /** Ends that came into the journals: the worker and its claim. @type {string[]} */
    ends: [],
  };
}

/** @param {string} file @param {number} from */
function read(file, from = 0) {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
    let size = 0;
    for (let got = -1; got !== 0 && size < bytes.length; size += got)
      got = readSync(fd, bytes, size, bytes.length - size, from + size);
    return bytes.subarray(0, size);
  } finally {
    closeSync(fd);
  }
}

function poll() {
  let text;
  try {
    text = read(schedule).toString();
  } catch (error) {
    const { code = '', errno = 0 } = /** @type {NodeJS.ErrnoException} */ (error);
    const name = Math.abs(errno) === ESTALE ? 'ESTALE' : code;
    seen.errors[name] = (seen.errors[name] ?? 0) + 1;
    return;
  }
  seen.polls++;
  if (isSchedule(text)) return;
  seen.invalid++;
  seen.first ||= `${text.length} characters: ${text.slice(0, 100)} ... ${text.slice(-100)}`;
}

/** @param {string} text */
function isSchedule(text) {
  try {
    const entries = /** @type {unknown} */ (JSON.parse(text));
    return Array.isArray(entries) && entries.length > 0 && entries.every((entry) => Array.isArray(entry));
  } catch {
    return false;
  }
}

function follow() {
  try {
    seen.runs = readdirSync('runs').length;
    for (const name of readdirSync(JOURNALS)) {
      const from = offsets.get(name) ?? 0;
      const bytes = read(`${JOURNALS}/${name}`, from);
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      offsets.set(name, from + whole.length);
      for (const line of whole.toString().split('\n')) {
        const claim = /"t":"end","claim":"([^"]+)"/.exec(line)?.[1];
        if (claim !== undefined) seen.ends.push(`${name.replace('.jsonl', '')} ${claim}`);
      }
    }
  } catch {
    return; // not there yet
  }
}

setInterval(poll, Number(every));
setInterval(() => {
  if (tail === '--tail') follow();
  process.stdout.write(`${JSON.stringify(seen)}\n`);
  seen = nothing();
}, 1000);
