import { once } from 'node:events';
import { scan } from '../../src/schedule/scan.js';
import { systemClock } from '../../src/ports/clock.js';
import { realFullScreen } from '../../src/ports/screen-full.js';
import { Live } from '../../src/view/live.js';
import { fakeSnapshot } from './fake-snapshot.js';

/** The live view of a made-up schedule with so many entries. */
const count = Number(process.argv[2]);
const text = scan(Buffer.from(`[${Array.from({ length: count }, (_, i) => `["echo","${i}"]`).join(',')}]`));
const snapshot = fakeSnapshot(text, {});
const live = new Live(
  realFullScreen(),
  systemClock,
  {
    look: () => Promise.resolve(snapshot),
    outlook: () => ['40 entries an hour; about 2 h left'],
    group: () => Promise.resolve([]),
    readLog: () => Promise.resolve({ bytes: Buffer.from(''), from: 0, ended: true }),
    requeue: () => Promise.resolve('put back'),
    explain: String,
  },
  { schedule: 'exp.json', coloured: true, unicode: true },
);
const why = await live.show();
console.log('left', why);
void once;
