// A worker whose runs take no time: what is left is the cost of claiming.
import type { Runner } from '../src/worker/runner.js';
import { openWorkshop, workerIn } from '../src/commands/workshop.js';
import { realPorts } from '../src/cli/ports.js';
import { claimName } from '../src/claim/names.js';

const ports = { ...realPorts(process.argv[2] ?? '', 'never'), tell: () => undefined };
const began = performance.now();
const shop = await openWorkshop(ports, process.argv[2] ?? '', {
  inherit: false,
  slots: [{}],
  onFailure: () => undefined,
});
let rounds = 0;
const claim = shop.claimer.claim.bind(shop.claimer);
shop.claimer.claim = (...args) => {
  rounds++;
  return claim(...args);
};
const runner: Pick<Runner, 'run'> = {
  async run({ entry, id }) {
    const { journal } = await shop.claimer.book();
    const at = ports.clock.wallTime().toISOString();
    journal.record({ t: 'start', claim: claimName(id), entry, at });
    journal.record({ t: 'end', claim: claimName(id), entry, at, took: 0, code: 0 });
    return { is: 'succeeded', took: 0 };
  },
};
await workerIn({ ...shop, runners: [runner as Runner] }, ports, { maxFailures: 1 }).work();
process.stdout.write(JSON.stringify({ seconds: (performance.now() - began) / 1000, rounds }));
process.exit(0);
