/**
 * What a worker may put back by itself. `dead`: what a worker ran that is proven dead. `suspect`: also what runs under
 * one that this worker has seen stand still for minutes; should that one live after all, the entry runs twice at once.
 */
export const LOST_POLICIES = ['never', 'dead', 'suspect'] as const;
export type LostPolicy = (typeof LOST_POLICIES)[number];

/** An entry that takes its workers along, such as by eating all memory, is not to go on through all of them. */
export const MOST_LOST = 3;
