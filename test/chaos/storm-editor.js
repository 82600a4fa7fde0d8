// A person with an editor, saving all the while: old copies, new entries, failed ones put back; by rename or into the
// file itself. SIGTERM ends it behind the save it is at. Arguments: the schedule, the folder of the run records, the
// file for what it did, a JSON line each. Times as in storm-reader.js.
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [schedule = '', runs = '', log = ''] = process.argv.slice(2);
/** Until then a failure stands in the journal too. */
const SETTLED_MS = 1500;
const SEEN_WITHIN_MS = 3000;
const FULL_AGAIN_MS = 20;

let over = false;
let added = 0;
/** @type {Set<string>} */
const putBack = new Set();

const now = () => Number(process.hrtime.bigint()) / 1e6;
/** @param {number} low @param {number} high */
const between = (low, high) => low + Math.random() * (high - low);
/** @param {object} what */
const note = (what) => appendFileSync(log, `${JSON.stringify(what)}\n`);

/**
 * The content as it is, or undefined where it is half of somebody's save, or has no mark yet: saved when some have been
 * run, and nobody runs, that is a schedule generated anew, which is a decision to run all of it again.
 */
function read() {
  try {
    const text = readFileSync(schedule, 'utf8');
    return text.includes('"executed"') && text.trimEnd().endsWith(']') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Tries until it fits, as a person does who is told that the disk is full. @param {() => void} write */
async function insist(write) {
  for (;;) {
    try {
      write();
      return;
    } catch {
      await delay(FULL_AGAIN_MS);
    }
  }
}

/** @param {string} text @returns {Promise<{how: string, from: number, to: number}>} */
async function save(text) {
  const from = now();
  const how = Math.random() < 0.5 ? 'in place' : 'rename';
  if (how === 'in place') await insist(() => writeFileSync(schedule, text));
  else await insist(() => viaRename(text));
  return { how, from, to: now() };
}

/** @param {string} text */
function viaRename(text) {
  const temporary = `${schedule}.save`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, schedule);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function oldCopy() {
  const text = read();
  if (text === undefined) return;
  await delay(between(50, 1000));
  note({ kind: 'old copy', ...(await save(text)) });
}

async function add() {
  const lines = read()?.split('\n');
  if (!lines || lines.length < 4) return;
  const name = `a${added++}`;
  lines.splice(Math.floor(between(1, lines.length - 2)), 0, `["sh","entry.sh","${name}","0.05","0"],`);
  await delay(between(0, 300));
  const text = lines.join('\n');
  const saved = await save(text);
  note({ kind: 'add', name, ...saved, outcome: await becomeOf(name, text) });
}

/** What a person sees who looks at the file again. @param {string} name @param {string} mine */
async function becomeOf(name, mine) {
  const wanted = `"entry.sh","${name}",`;
  let there = false;
  for (const end = now() + SEEN_WITHIN_MS; now() < end; await delay(20)) {
    const text = read();
    if (text === undefined) continue;
    there = text.includes(wanted);
    if (there && text !== mine) return 'merged';
  }
  if (there) return 'as saved';
  const folder = path.dirname(schedule);
  const backups = readdirSync(folder).filter((file) => file.includes('.bak'));
  const kept = backups.some((file) => readFileSync(path.join(folder, file), 'utf8').includes(wanted));
  return kept ? 'kept beside' : 'displaced';
}

/** Takes the mark of one away that has failed a while ago. */
async function again() {
  const text = read();
  const name = /** @type {string | undefined} */ (
    text
      ?.match(/"executed","sh","entry\.sh","\w+","[\d.]+","1"/g)
      ?.map(nameIn)
      .find(hasFailed)
  );
  if (!text || name === undefined) return;
  putBack.add(name);
  note({
    kind: 'again',
    name,
    ...(await save(text.replace(`"executed","sh","entry.sh","${name}",`, `"sh","entry.sh","${name}",`))),
  });
}

/** @param {string} entry */
const nameIn = (entry) => entry.split('"')[7] ?? '';

/** @param {string} name */
function hasFailed(name) {
  if (putBack.has(name)) return false;
  try {
    const record = path.join(runs, name);
    return (
      Date.now() - statSync(record).mtimeMs > SETTLED_MS && readFileSync(record, 'utf8').includes('\nend ')
    );
  } catch {
    return false;
  }
}

process.on('SIGTERM', () => (over = true));
while (!over) {
  await delay(between(20, 300));
  const dice = Math.random();
  await (dice < 0.4 ? oldCopy() : dice < 0.8 ? add() : again());
}
