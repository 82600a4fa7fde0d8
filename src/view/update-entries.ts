import type { StateName } from '../survey/types.js';
import type { Key } from './keys.js';
import { entryInRow, isFiltered, listLength, type Filter, type Model, type Step } from './model.js';
import { listHeight } from './shown.js';
import { STATES } from './states.js';
import { goTo, settled } from './moving.js';
import { openedEntry } from './update-detail.js';

/** Keys on the list of entries. */
export function updateEntries(model: Model, key: Key): Step {
  if (!model.seen) return [model];
  const entries = goTo(model.cursors.entries, key, listLength(model), listHeight(model));
  if (entries) {
    const selected = entryInRow(model, entries.row) ?? model.selected;
    return [{ ...model, selected, cursors: { ...model.cursors, entries } }];
  }
  if (/^\d$/.test(key)) return filtered(model, { ...model.filter, state: STATES[Number(key) - 1] });
  if (key === 'tab') return filtered(model, { ...model.filter, state: nextState(model, 1) });
  if (key === 'shift-tab') return filtered(model, { ...model.filter, state: nextState(model, -1) });
  if (key === 'left') return [{ ...model, aside: Math.max(0, model.aside - sideways(model)) }];
  if (key === 'right') return [{ ...model, aside: model.aside + sideways(model) }];
  if (key === '/') return [{ ...model, typing: model.filter.text ?? '' }];
  if (key === 'escape') return filtered(model, {});
  if (key === 'enter' && listLength(model) > 0) return openedEntry(model, model.selected);
  return [model];
}

function sideways({ size }: Model): number {
  return Math.max(8, size.columns >> 2);
}

export function filtered(model: Model, filter: Filter): Step {
  const { state, text, group } = model.filter;
  if (filter.state === state && filter.text === text && filter.group === group) return [model];
  const next = { ...model, filter };
  if (!isFiltered(filter)) return [settled({ ...next, matches: undefined, sifting: false })];
  return [{ ...next, sifting: true }, { do: 'sift' }];
}

/** Round through the states that any entry is in, and all of them. */
function nextState({ seen, filter }: Model, by: 1 | -1): StateName | undefined {
  const there = [undefined, ...STATES.filter((name) => (seen?.snapshot.totals[name] ?? 0) > 0)];
  const at = there.indexOf(filter.state);
  return there.at((at < 0 ? 0 : at + by) % there.length);
}
