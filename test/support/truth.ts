import { Cells } from '../../src/claim/cells.js';
import { claimName, startName } from '../../src/claim/names.js';
import { folders, newestEpoch, readEpoch, sidecarOf } from '../../src/claim/sidecar.js';
import { slotsIn, stateOf, type Evidence, type SlotState } from '../../src/claim/state.js';
import { Ledger } from '../../src/journal/ledger.js';
import { slotHash } from '../../src/schedule/slots.js';
import type { StateName } from '../../src/survey/types.js';
import { SCHEDULE, type Hand, type Site } from './protocol.js';

/**
 * What the claim protocol itself makes of each entry of a schedule of different commands, from every cell there is: what
 * a survey may say of it. `hands`: all workers there ever were, on one machine.
 */
export async function truthOf(site: Site, hands: readonly Hand[]): Promise<StateName[][]> {
  const fs = site.fs.client({ name: 'truth', lag: 0 });
  const entries = JSON.parse((await fs.read(SCHEDULE)).bytes.toString()) as string[][];
  const sidecar = sidecarOf(SCHEDULE);
  const epoch = await readEpoch(fs, sidecar, await newestEpoch(fs, sidecar));
  if (!epoch) return entries.map(([first]) => [first === 'executed' ? 'marked' : 'pending']);
  const ledger = new Ledger(fs, folders.journals(epoch));
  await ledger.refresh();
  const identity = { worker: 'truth', hostname: 'node1', user: 'ada', pid: 1 };
  const cells = new Cells({ fs, folder: folders.cells(epoch), shards: epoch.shards, identity });
  const evidence: Evidence = {
    facts: (claim) => ledger.facts(claim),
    owners: async (id, started) => ({
      claim: await cells.owner(claimName(id)),
      start: started ? await cells.owner(startName(id)) : undefined,
    }),
    standing: (worker) => {
      const hand = hands.find(({ identity: { worker: name } }) => name === worker);
      const isDead = ledger.hasLeft(worker) || (hand !== undefined && site.gone.has(hand.identity.pid));
      return Promise.resolve(isDead ? 'dead' : 'alive');
    },
    hearOut: () => Promise.resolve(false),
  };
  const slots = slotsIn(await cells.allNames());
  return Promise.all(
    entries.map(async ([first, ...rest]) => {
      const isMarked = first === 'executed';
      const hash = slotHash(isMarked ? rest : [first ?? '', ...rest]);
      const state = await stateOf(hash, 0, slots.get(hash)?.get(0), evidence);
      const facts = ledger.facts(claimName({ hash, copy: 0, generation: state.generation }));
      const isMeant = hands.some(
        ({ identity: { worker, pid } }) =>
          !site.gone.has(pid) &&
          ledger.intendedBy(worker).has(claimName({ hash, copy: 0, generation: state.generation })),
      );
      const isDead = 'worker' in state && (await evidence.standing(state.worker)) === 'dead';
      const isJournaled = facts?.started !== undefined;
      const wasInterrupted = facts?.ended?.interrupted ?? false;
      return told(state, { isMarked, isMeant, isDead, isJournaled, wasInterrupted });
    }),
  );
}

function told(
  state: SlotState,
  is: Record<`is${'Marked' | 'Meant' | 'Dead' | 'Journaled'}` | 'wasInterrupted', boolean>,
): StateName[] {
  switch (state.is) {
    case 'free':
      // A living worker is about to create its claim.
      if (is.isMeant) return ['claimed', ...told(state, { ...is, isMeant: false })];
      // Nobody offers what is marked and was not claimed again; what became of it before may be told.
      return is.isMarked ? ['marked', 'failed', 'pending'] : ['pending'];
    case 'put-back':
      return [is.isMarked && is.wasInterrupted ? 'interrupted' : 'pending'];
    case 'claimed':
      return [is.isDead ? 'pending' : 'claimed'];
    case 'running':
      // Between its start cell and the line in the journal nobody can tell.
      return [is.isJournaled ? 'running' : 'claimed'];
    case 'lost':
    case 'failed':
    case 'succeeded':
      return [is.isMarked ? state.is : 'pending'];
  }
}
