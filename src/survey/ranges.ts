/** Ascending numbers as a selection that can be pasted: `3,7-9`; none: an empty text. */
export function selectionOf(entries: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < entries.length; i++) {
    const from = entries[i] ?? 0;
    let to = from;
    while (entries[i + 1] === to + 1) to = entries[++i] ?? to;
    parts.push(to === from ? String(from) : `${from}${to === from + 1 ? ',' : '-'}${to}`);
  }
  return parts.join(',');
}
