/** A character, or the name of a key that is none. */
export type Key = string;

/** What ink tells of a key besides its characters. */
export type InkKey = Readonly<Record<(typeof NAMED)[number][0] | 'ctrl' | 'meta' | 'shift', boolean>>;

const NAMED = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  // Most terminals send for Backspace what ink takes for Delete.
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const;

/** Held keys and pasted text come as several characters at once. */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.tab && key.shift) return ['shift-tab'];
  const named = NAMED.find(([name]) => key[name]);
  if (named) return [named[1]];
  if (key.ctrl) return [`ctrl-${input}`];
  // Alt and a letter is no letter.
  if (key.meta) return [];
  return [...input].flatMap((character) => {
    if (character === '\r' || character === '\n') return ['enter'];
    if (character === '\x7f' || character === '\b') return ['backspace'];
    return character < ' ' ? [] : [character];
  });
}
