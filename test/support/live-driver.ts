import { systemClock } from '../../src/ports/clock.js';
import { realFullScreen } from '../../src/ports/screen-full.js';
import { scan } from '../../src/schedule/scan.js';
import { Live } from '../../src/view/live.js';
import { fakeSnapshot } from './fake-snapshot.js';

/** The live view of a made-up schedule of so many entries; opening one of them makes it fail. */
const [, , count = '10'] = process.argv;
const entries = Array.from({ length: Number(count) }, (_, i) => `["echo","${i}"]`);
const snapshot = fakeSnapshot(scan(Buffer.from(`[${entries.join(',')}]`)), {});
const run = { attempt: 1, worker: 'w', startedAt: 0, slot: undefined, log: undefined, end: undefined };
const live = new Live(
  realFullScreen(),
  systemClock,
  {
    look: () => Promise.resolve({ ...snapshot, runsOf: () => [run] }),
    outlook: () => [],
    group: () => Promise.resolve([]),
    readLog: () => Promise.reject(new Error('nobody thought of this')),
    requeue: () => Promise.resolve(''),
    explain: (error) => {
      throw error;
    },
  },
  { schedule: 'exp.json', coloured: true, unicode: true },
);
await live.show();
process.stdout.write('the end\n');
