import { additionOf } from './append.js';
import { markSplices, type MarkEdit } from './marks.js';
import { spliced } from './splice.js';
import type { ScheduleText } from './text.js';

/** What cooperate changes in a schedule that somebody owns. */
export interface ScheduleEdit extends MarkEdit {
  /** Entries to put behind the last one, each the JSON of its list in one line. */
  readonly append?: readonly string[];
}

/** The text's bytes after the edit; every byte that it does not concern stays. */
export function editText(text: ScheduleText, edit: ScheduleEdit): Buffer {
  if (text.loose.length > 0) throw new Error('only strict JSON can be edited; make the text strict first');
  const { append = [] } = edit;
  const added = append.length > 0 ? [additionOf(text, append)] : [];
  return spliced(text.bytes, [...markSplices(text, edit), ...added]);
}
