// In a guest: a person who opens the schedule in an editor, looks at it for a while, adds an entry behind the last one
// and saves, as most editors do: a new file is renamed over the old one. Marks made meanwhile are not in it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [schedule = '', entry = '', thinkMs = '1000'] = process.argv.slice(2);
const text = readFileSync(schedule).toString();
await delay(Number(thinkMs));
const end = text.lastIndexOf(']', text.lastIndexOf(']') - 1) + 1;
writeFileSync(`.${schedule}.swp`, `${text.slice(0, end)},\n${entry}${text.slice(end)}`);
renameSync(`.${schedule}.swp`, schedule);
