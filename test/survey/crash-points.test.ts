import { describe, expect, test } from 'vitest';
import type { Survey } from '../../src/survey/survey.js';
import type { Snapshot, StateName } from '../../src/survey/types.js';
import { Site, type Hand, type Script, type WorkerOptions } from '../support/protocol.js';
import { statesOf, surveyOf } from '../support/survey.js';
import { truthOf } from '../support/truth.js';

/** Looks before every `each`-th operation of these workers, with one survey that goes on and with a new one. */
function watch(site: Site, hands: readonly Hand[], problems: string[], each = 1): { looks: number } {
  const survey = surveyOf(site);
  const seen = { looks: 0 };
  let calls = 0;
  let looking: Promise<void> | undefined;
  site.fs.faults.before(async ({ client, operation, path }) => {
    if (!hands.some(({ identity }) => identity.worker === client)) return;
    // These cannot be held back.
    if (operation === 'append' || operation === 'appendLater') return;
    await looking;
    if (calls++ % each > 0) return;
    seen.looks++;
    looking = compare(site, hands, survey, problems, `before ${client} ${operation} ${path}`);
    await looking;
  });
  return seen;
}

async function compare(
  site: Site,
  hands: readonly Hand[],
  survey: Survey,
  problems: string[],
  where: string,
): Promise<void> {
  try {
    for (const [who, one] of [['again', survey] as const, ['anew', surveyOf(site, { name: 'eva' })] as const]) {
      const before = await truthOf(site, hands);
      const snapshot = await one.look();
      const after = await truthOf(site, hands);
      const wrong = wrongIn(snapshot, before, after);
      if (wrong.length > 0) problems.push(`${who}, ${where}: ${wrong.join('; ')}`);
    }
  } catch (error) {
    problems.push(`${where}: ${String(error)}`);
  }
}

/** What may be said is what was true before the look or is behind it. */
function wrongIn(snapshot: Snapshot, before: readonly StateName[][], after: readonly StateName[][]): string[] {
  const states = statesOf(snapshot);
  const wrong = states.flatMap((state, entry) => {
    const may = [...(before[entry] ?? []), ...(after[entry] ?? [])];
    return may.includes(state) ? [] : [`${entry} is ${state}, not ${may.join(' or ')}`];
  });
  const sum = Object.values(snapshot.totals).reduce((a, b) => a + b, 0);
  if (sum !== snapshot.text.count) wrong.push(`they add up to ${sum}`);
  if (states.length !== before.length) wrong.push(`${states.length} entries`);
  return wrong;
}

/** `a` succeeds, `b` fails, `c` is killed the first time. */
const mixed = (): Script => {
  let isFirst = true;
  return (run, command) => {
    if (command === 'b') run.exit(3);
    else if (command === 'c' && isFirst) run.end({ is: 'killed', signal: 'SIGSEGV' });
    else run.exit(0);
    if (command === 'c') isFirst = false;
  };
};

const entries = [['a'], ['b'], ['c'], ['d']];
const kinds: Record<string, WorkerOptions> = {
  'claims one after the other': {},
  'claims several at once': { batch: 3 },
  'runs failures again': { batch: 2, retries: 1 },
  'runs two at once': { batch: 4, slots: 2, retries: 1 },
};

describe.each(Object.entries(kinds))('while a worker %s', (_name, options) => {
  test('each entry is what the protocol says at every moment', async () => {
    const site = await Site.with(entries);
    const problems: string[] = [];
    const ada = site.worker('ada', { ...options, script: mixed() });
    const seen = watch(site, [ada], problems);
    await ada.finish();
    expect(problems).toEqual([]);
    expect(seen.looks).toBeGreaterThan(50);
  });
});

describe.each(['runs failures again', 'runs two at once'])('when a worker that %s', (name) => {
  test('is killed before any of its operations, each entry is what the protocol says', async () => {
    const problems: string[] = [];
    let n = 1;
    for (let reached = true; reached && n < 400; n++) reached = await kill(n, kinds[name] ?? {}, problems);
    expect(problems.slice(0, 20)).toEqual([]);
    expect(n).toBeGreaterThan(50);
  }, 60_000);
});

async function kill(n: number, options: WorkerOptions, problems: string[]): Promise<boolean> {
  const site = await Site.with(entries);
  const ada = site.worker('ada', { ...options, script: mixed() });
  const gate = ada.stopBefore(n);
  const work = ada.work();
  work.catch(() => undefined);
  // Runs that failed are run again only after a pause.
  await site.clock.advance(5000);
  const { reached } = gate;
  if (reached) site.kill(ada);
  const ben = site.worker('ben', { batch: 2, script: mixed() });
  const hands = [ada, ben];
  const found: string[] = [];
  await compare(site, hands, surveyOf(site), found, 'when ben comes');
  watch(site, hands, found, 31);
  await ben.finish();
  await compare(site, hands, surveyOf(site), found, 'in the end');
  for (const problem of found) problems.push(`${n} (${gate.calls.join()}) ${problem}`);
  if (!reached) await site.until(work);
  return reached;
}
