// Looks at a schedule as `status` does, and prints what it took: node look.mjs SCHEDULE
import { Survey } from '../src/survey/survey.js';
import { realFileSystem } from '../src/ports/fs-real.js';
import { systemClock } from '../src/ports/clock.js';

const schedule = process.argv[2] ?? '';
const survey = new Survey({
  fs: realFileSystem(),
  clock: systemClock,
  probes: { processStart: () => Promise.resolve(undefined), slurmState: () => Promise.resolve('unknown') },
  identity: { worker: 'bench-desk', hostname: 'bench', user: 'bench', pid: process.pid },
  schedule,
});
const first = await timed();
const again = await timed();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({
    totals: first.totals,
    seconds: first.seconds,
    cpuSeconds: first.cpuSeconds,
    againMs: 1000 * again.seconds,
    wholeCpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: maxRSS / 1000,
  }),
);

async function timed() {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const { totals } = await survey.look();
  const { user, system } = process.cpuUsage(cpu);
  return { totals, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}
