import { describe, expect, it } from 'vitest';
import type { Evidence, Journal } from './evidence.js';
import { judge, type Case } from './judge.js';

const SLOT = 'aaaaaaaaaaaaaaaaaaaa.0';
const [ANNA, BERT] = ['client1-1-aaaaaa', 'client2-1-bbbbbb'];

describe('what is judged on a real NFS', () => {
  it('a run with its cells and its end is as it should be', () => {
    expect(judge(theCase())).toMatchObject({ spawns: 1, ...NOTHING_WRONG });
  });

  it('a second run of one generation is a double, whoever ran it', () => {
    for (const worker of [ANNA, BERT]) {
      const runs = [
        { entry: 'e0', worker: ANNA },
        { entry: 'e0', worker },
      ];
      expect(judge(theCase({ runs })).doubles).toHaveLength(1);
    }
  });

  it('a second run after a requeue is none', () => {
    const cells = new Map([
      ...CELLS,
      [`${SLOT}.0.requeued`, BERT],
      [`${SLOT}.1`, BERT],
      [`${SLOT}.1.start`, BERT],
    ]);
    const runs = [
      { entry: 'e0', worker: ANNA },
      { entry: 'e0', worker: BERT },
    ];
    const journals = [journal(ANNA, []), journal(BERT, [end(1)])];
    const verdict = judge(theCase({ runs, cells, journals }, { killed: new Set([ANNA]) }));
    expect(verdict).toMatchObject({ ...NOTHING_WRONG, lostWithWorker: 1, requeued: 1 });
  });

  it('a run whose claim was revoked before is a double', () => {
    const cells = new Map([
      [`${SLOT}.0`, ANNA],
      [`${SLOT}.0.start`, BERT],
    ]);
    expect(judge(theCase({ cells })).doubles).toHaveLength(1);
  });

  it('an end that a living worker has not recorded is lost', () => {
    const verdict = judge(theCase({ journals: [journal(ANNA, [])] }));
    expect(verdict.lostRecords).toEqual([`no end of ${SLOT}.0, started by ${ANNA}`]);
    expect(verdict.unended).toEqual(['e0']);
  });

  it('an end that somebody has seen and that is gone is lost, also when its worker was killed', () => {
    const witnessed = new Set([`${ANNA} ${SLOT}.0`]);
    const verdict = judge(theCase({ journals: [] }, { witnessed, killed: new Set([ANNA]) }));
    expect(verdict.lostRecords).toEqual([`seen and gone: the end of ${ANNA} ${SLOT}.0`]);
  });

  it('an end without a run, a missing mark, a torn line and a file left behind are wrong', () => {
    const entries = [{ name: 'e0', isMarked: false }];
    const journals = [{ ...journal(ANNA, [end(0)]), torn: 1 }];
    const { wrong } = judge(theCase({ runs: [], entries, journals, leftovers: ['.exp.json.old'] }));
    expect(wrong).toHaveLength(4);
  });

  it('an entry that a person has added and that is not there is displaced', () => {
    const slots = new Map([
      ['e0', SLOT],
      ['p0', 'bbbbbbbbbbbbbbbbbbbb.0'],
    ]);
    expect(judge(theCase({}, { slots })).displaced).toEqual(['p0']);
  });
});

const NOTHING_WRONG = { doubles: [], lostRecords: [], failed: [], unended: [], displaced: [], wrong: [] };
const CELLS: readonly (readonly [string, string])[] = [
  [`${SLOT}.0`, ANNA],
  [`${SLOT}.0.start`, ANNA],
];

function theCase(evidence: Partial<Evidence> = {}, given: Partial<Case> = {}): Case {
  return {
    slots: new Map([['e0', SLOT]]),
    killed: new Set(),
    witnessed: new Set(),
    ...given,
    evidence: {
      entries: [{ name: 'e0', isMarked: true }],
      runs: [{ entry: 'e0', worker: ANNA }],
      cells: new Map(CELLS),
      journals: [journal(ANNA, [end(0)])],
      epochs: 1,
      leftovers: [],
      ...evidence,
    },
  };
}

function journal(worker: string, lines: Journal['lines']): Journal {
  return { worker, bootId: undefined, lines, torn: 0 };
}

function end(generation: number): Journal['lines'][number] {
  return { t: 'end', claim: `${SLOT}.${generation}`, code: 0 };
}
