import { readingLog, updateDetail } from './update-detail.js';
import { updateEntries } from './update-entries.js';
import { updateTyping } from './update-typing.js';
import type { Key } from './keys.js';
import { helpRows } from './shown-rest.js';
import { runShown } from './shown-detail.js';
import { listHeight } from './shown.js';
import { goTo, settled } from './moving.js';
import {
  isFiltered,
  listLength,
  pageOf,
  START,
  type Effect,
  type Event,
  type Model,
  type Page,
  type Step,
} from './model.js';
import { canBePutBack } from './states.js';

/** What becomes of the model when something happens, and what is to be done then. */
export function update(model: Model, event: Event): Step {
  switch (event.is) {
    case 'key':
      return pressed(model, event.key);
    case 'size':
      return [settled({ ...model, size: event.size })];
    case 'tick':
      return [{ ...model, now: event.now }];
    case 'seen':
      return looked({ ...model, seen: event.seen, now: event.seen.at, trouble: undefined }, event.isNew);
    case 'trouble':
      return [{ ...model, trouble: event.text }];
    case 'sifted':
      // For another filter than the one that has been set meanwhile it says nothing.
      return event.filter === model.filter
        ? [settled({ ...model, matches: event.matches, sifting: false })]
        : [model];
    case 'grouped':
      return [settled({ ...model, groups: event.groups })];
    case 'log':
      return model.detail
        ? [{ ...model, detail: { ...model.detail, log: event.log, trouble: event.trouble } }]
        : [model];
    case 'note':
      return [{ ...model, note: event.text }];
  }
}

function looked(model: Model, isNew: boolean): Step {
  const { detail, seen } = model;
  // The log of an entry's last run is that of another one when it is run again.
  const isOther = detail && seen && runShown(seen.snapshot, detail)?.attempt !== detail.attempt;
  const step: [Model, ...Effect[]] = isOther ? readingLog(settled(model), detail) : [settled(model)];
  if (!isNew) return step;
  if (isFiltered(model.filter)) step.push({ do: 'sift' });
  if (pageOf(model) === 'failures') step.push({ do: 'group' });
  return step;
}

function pressed(before: Model, key: Key): Step {
  const model = before.note === undefined ? before : { ...before, note: undefined };
  if (key === 'ctrl-c' || key === 'ctrl-\\') return [model, { do: 'leave', key: 'ctrl-c' }];
  if (key === 'ctrl-z') return [model, { do: 'suspend' }];
  if (key === 'ctrl-l') return [model, { do: 'repaint' }];
  if (model.asked) return answered(model, key);
  if (model.typing !== undefined) return updateTyping(model, key);
  const page = pageOf(model);
  if (key === 'q') return [model, { do: 'leave', key: 'q' }];
  if (key === '?') return [opened(model, 'help')];
  if (key === 'r' && page !== 'workers' && page !== 'help') return [asking(model)];
  if (key === 'escape' && model.pages.length > 1) return back(model);
  if (page === 'entry') return updateDetail(model, key);
  if (key === 'w') return [opened(model, 'workers')];
  if (key === 'f') return [opened({ ...model, groups: undefined }, 'failures'), { do: 'group' }];
  if (page === 'entries') return updateEntries(model, key);
  if (page === 'failures') return onFailures(model, key);
  return [scrolled(model, page, key)];
}

function answered(model: Model, key: Key): Step {
  const { asked } = model;
  const next = { ...model, asked: undefined };
  if (asked && (key === 'y' || key === 'Y')) return [next, { do: 'requeue', chosen: asked }];
  return [{ ...next, note: 'Nothing was changed.' }];
}

function asking(model: Model): Model {
  const { seen } = model;
  if (!seen) return model;
  if (pageOf(model) === 'failures') {
    const { groups } = model;
    const entries = groups?.list[model.cursors.failures.row]?.entries;
    return groups && entries ? { ...model, asked: { snapshot: groups.snapshot, entries } } : model;
  }
  const entry = pageOf(model) === 'entry' ? model.detail?.entry : model.selected;
  if (entry === undefined || entry >= seen.snapshot.text.count || listLength(model) === 0) return model;
  const state = seen.snapshot.stateOf(entry);
  if (canBePutBack(state)) return { ...model, asked: { snapshot: seen.snapshot, entries: [entry] } };
  const note = `Entry ${entry} is ${state.is}; only what failed, is lost or interrupted is put back here.`;
  return { ...model, note };
}

function opened(model: Model, page: Exclude<Page, 'entry'>): Model {
  if (pageOf(model) === page) return model;
  const pages = [...model.pages.filter((other) => other !== page), page];
  return settled({
    ...model,
    pages,
    cursors: { ...model.cursors, ...(page !== 'entries' && { [page]: START }) },
  });
}

function back(model: Model): Step {
  const pages = model.pages.slice(0, -1);
  const next = { ...model, pages, detail: pages.includes('entry') ? model.detail : undefined };
  const isFailures = pageOf(next) === 'failures';
  return isFailures ? [settled(next), { do: 'group' }] : [settled(next)];
}

function onFailures(model: Model, key: Key): Step {
  const { cursors } = model;
  const groups = model.groups?.list ?? [];
  if (key !== 'enter') {
    const failures = goTo(cursors.failures, key, groups.length, listHeight(model));
    return [failures ? { ...model, cursors: { ...cursors, failures } } : model];
  }
  const group = groups[cursors.failures.row];
  if (!group) return [model];
  const filter = { group };
  const matches = Uint32Array.from(group.entries);
  const next = { ...model, pages: ['entries'] as const, filter, matches, selected: group.entries[0] ?? 0 };
  return [settled(next), { do: 'sift' }];
}

function scrolled(model: Model, page: 'workers' | 'help', key: Key): Model {
  const length = page === 'help' ? helpRows(80).length : (model.seen?.snapshot.workers.length ?? 0);
  const height = listHeight(model);
  const { top } = model.cursors[page];
  // There is nothing to select: the keys move the lines themselves.
  const cursor = goTo({ row: top, top }, key, Math.max(1, length - height + 1), 1);
  return cursor ? { ...model, cursors: { ...model.cursors, [page]: cursor } } : model;
}
