import { answer, task } from '../ports/thread.js';
import { hashGroups, type Groups } from '../schedule/group-hashes.js';

const hashes = hashGroups(task() as Groups);
answer(hashes, [hashes.high.buffer, hashes.middle.buffer, hashes.low.buffer]);
