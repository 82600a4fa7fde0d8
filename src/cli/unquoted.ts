/** A word as somebody is typing it in a shell, without its quotes; the last one need not be closed yet. */
export function unquoted(word: string): string {
  let text = '';
  let quote: string | undefined;
  for (let i = 0; i < word.length; i++) {
    const character = word.charAt(i);
    const next = word.charAt(i + 1);
    if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = undefined;
    else if (character === '\\' && quote !== "'" && (quote === undefined || /["\\$`]/.test(next))) {
      text += next;
      i++;
    } else text += character;
  }
  return text;
}
