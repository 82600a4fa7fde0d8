import type { Key } from './keys.js';
import type { Model, Step } from './model.js';
import { filtered } from './update-entries.js';

/** Keys while the text after `/` is typed. */
export function updateTyping(model: Model, key: Key): Step {
  const { typing = '' } = model;
  const over = { ...model, typing: undefined };
  if (key === 'escape' || (key === 'backspace' && typing === '')) return [over];
  if (key === 'backspace') return [{ ...model, typing: Array.from(typing).slice(0, -1).join('') }];
  if (key === 'ctrl-u') return [{ ...model, typing: '' }];
  if (key === 'enter') return filtered(over, { ...model.filter, text: typing === '' ? undefined : typing });
  // Names of keys are longer than any character.
  return [Array.from(key).length === 1 ? { ...model, typing: typing + key } : model];
}
