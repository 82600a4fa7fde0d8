import type { StatusFilter } from '../commands/status.js';
import type { StatusOptions } from './program-status.js';

export function filterIn({ entries, state, host, worker }: StatusOptions): StatusFilter {
  return { selection: entries === true ? undefined : entries, states: state, hosts: host, workers: worker };
}
