import { realScreen } from '../../src/ports/screen.js';
import { onSuspend } from '../../src/ports/screen-suspend.js';
import { realSpawner } from '../../src/ports/spawn.js';

/** A small worker for tests in a real terminal: runs its arguments with `sh -c`, one after the other. */
const [status = '', ...scripts] = process.argv.slice(2);
const screen = realScreen();
const spawner = realSpawner();
const end = onSuspend(
  () => screen.pause(),
  () => screen.resume(),
);
let done = 0;
screen.status(() => `[${done}/${scripts.length}] ${status}`);
for (const script of scripts) {
  const inherit = script.startsWith('#inherit');
  if (inherit) screen.pause();
  await spawner.start({
    argv: ['sh', '-c', script],
    env: process.env,
    inherit,
    onOutput: (stream, chunk) => screen.write(stream, chunk),
  }).ended;
  if (inherit) screen.resume();
  done++;
}
await screen.notice('the end');
await screen.close();
end();
