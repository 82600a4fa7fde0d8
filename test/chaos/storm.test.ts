import { expect, it } from 'vitest';
import { Random } from '../support/random.js';
import { whyNot } from '../support/storm-disk.js';
import { judge } from '../support/storm-judge.js';
import { storm, stormSandbox } from './storm.js';

// Short; `npm run chaos` is the long one.
const disk = whyNot('full tmpfs') === undefined ? 'full tmpfs' : 'plain';

it(
  `everything at once (${disk}): nothing runs twice or is lost, all can be read`,
  { timeout: 120_000 },
  async () => {
    const options = { worker: 'cooperate', disk, seconds: 4, workers: 6, entries: 80, staleMs: 1000 } as const;
    const random = new Random(3);
    const made = stormSandbox(options, random);
    try {
      const report = await storm(made.sandbox, made.disk, options, random);
      const { violations, executions } = judge(made.sandbox, report);
      expect(Object.values(violations).flat()).toEqual([]);
      expect(executions).toBeGreaterThanOrEqual(options.entries);
      expect(report.hits.length).toBeGreaterThan(0);
    } finally {
      made.sandbox.end();
      made.disk.close();
      made.sandbox.remove();
    }
  },
);
