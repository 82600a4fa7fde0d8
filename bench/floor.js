// The floor: the same number of spawns from Node with nothing else, one after the other.
import { spawn } from 'node:child_process';

const count = Number(process.argv[2]);
for (let i = 0; i < count; i++) {
  await new Promise((resolve) => {
    const options = { stdio: ['inherit', 'pipe', 'pipe'], detached: true };
    const child = spawn('true', ['--seed', String(i)], options);
    child.stdout.resume();
    child.stderr.resume();
    child.once('close', resolve);
  });
}
