import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, reconcile, type FileEvidence, type Group } from '../../src/claim/reconcile.js';
import type { SlotState } from '../../src/claim/state.js';

const generation = fc.nat({ max: 3 });
const worker = fc.constantFrom('ada', 'ben');
const state: fc.Arbitrary<SlotState> = fc.oneof(
  fc.record({ is: fc.constantFrom('free' as const, 'put-back' as const, 'failed' as const), generation }),
  fc.record({
    is: fc.constantFrom('claimed' as const, 'running' as const, 'lost' as const),
    generation,
    worker,
  }),
  fc.record({ is: fc.constant('succeeded' as const), generation, revision: fc.nat({ max: 9 }) }),
);
const group: fc.Arbitrary<Group> = fc.record({
  marked: fc.nat({ max: 5 }),
  pending: fc.nat({ max: 5 }),
  slots: fc.array(fc.tuple(fc.nat({ max: 7 }), state), { maxLength: 6 }).map((slots) => new Map(slots)),
});
const evidence: fc.Arbitrary<FileEvidence> = fc.record({
  edited: fc.boolean(),
  provenRevision: fc.integer({ min: -1, max: 9 }),
});

const isTaken = ({ is }: SlotState): boolean => is !== 'free' && is !== 'put-back';

function holds(rule: (group: Group, evidence: FileEvidence) => void): void {
  fc.assert(fc.property(group, evidence, rule), { numRuns: 3000 });
}

describe('reconciling equal entries', () => {
  test('decides about each pending copy', () => {
    holds((group, evidence) => {
      expect(reconcile(group, evidence)).toHaveLength(group.pending);
    });
  });

  test('hands out no slot twice', () => {
    holds((group, evidence) => {
      const copies = reconcile(group, evidence).flatMap((action) => ('copy' in action ? [action.copy] : []));
      expect(new Set(copies).size).toBe(copies.length);
    });
  });

  test('never claims or requeues a slot that somebody has', () => {
    holds((group, evidence) => {
      for (const action of reconcile(group, evidence)) {
        if (!('copy' in action)) continue;
        expect(['claimed', 'running']).not.toContain(group.slots.get(action.copy)?.is);
      }
    });
  });

  test('claims the generation that is free, and requeues the one that is over', () => {
    holds((group, evidence) => {
      for (const action of reconcile(group, evidence)) {
        if (!('copy' in action)) continue;
        const slot = group.slots.get(action.copy);
        expect(action.generation).toBe(slot?.generation ?? 0);
        if (action.do === 'claim') expect(slot?.is ?? 'free').toBe('free');
      }
    });
  });

  test('claims nothing anew while a claim has no mark, unless that claim is put back', () => {
    holds((group, evidence) => {
      const actions = reconcile(group, evidence);
      const taken = [...group.slots.values()].filter(isTaken).length;
      const marked = group.marked + actions.filter((action) => action.do.startsWith('mark')).length;
      const requeued = actions.filter((action) => {
        const slot = 'copy' in action ? group.slots.get(action.copy) : undefined;
        return action.do === 'requeue' && slot !== undefined && isTaken(slot);
      }).length;
      const explained = Math.min(taken, group.marked + group.pending);
      expect(marked + requeued).toBeGreaterThanOrEqual(explained);
    });
  });

  test('requeues nothing that ended when no person has edited the file', () => {
    holds((group, evidence) => {
      for (const action of reconcile(group, { ...evidence, edited: false })) {
        if (action.do !== 'requeue') continue;
        expect(group.slots.get(action.copy)?.is).toBe('put-back');
      }
    });
  });

  test('requeues what succeeded only when the edit is proven to be newer', () => {
    holds((group, evidence) => {
      for (const action of reconcile(group, evidence)) {
        const slot = 'copy' in action ? group.slots.get(action.copy) : undefined;
        if (action.do === 'requeue' && slot?.is === 'succeeded') {
          expect(evidence.provenRevision).toBeGreaterThan(slot.revision);
        }
      }
    });
  });

  test('of one entry says what the table says', () => {
    const edited = { edited: true, provenRevision: 5 };
    const one = (slot: SlotState): string => decide(0, slot, edited).do;
    expect(one({ is: 'free', generation: 0 })).toBe('claim');
    expect(one({ is: 'running', generation: 0, worker: 'ada' })).toBe('mark-again');
    expect(one({ is: 'claimed', generation: 0, worker: 'ada' })).toBe('mark-again');
    expect(one({ is: 'failed', generation: 0 })).toBe('requeue');
    expect(one({ is: 'lost', generation: 0, worker: 'ada' })).toBe('requeue');
    expect(one({ is: 'put-back', generation: 0 })).toBe('requeue');
    expect(one({ is: 'succeeded', generation: 0, revision: 4 })).toBe('requeue');
    expect(one({ is: 'succeeded', generation: 0, revision: 5 })).toBe('mark-and-tell');
  });
});
