/**
 * The known word that was probably meant: at most two slips away (a letter too many, missing, wrong, or two swapped)
 * and at most one for every three letters. Upper and lower case are the same. Of equally near ones the first.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestSlips = Infinity;
  for (const candidate of known) {
    const slips = slipsBetween(letters(word), letters(candidate));
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best;
}

function letters(word: string): string[] {
  return Array.from(word.toLowerCase());
}

/** Damerau's distance, with each letter changed once at most ("optimal string alignment"); Infinity if too far. */
function slipsBetween(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(2, Math.floor(Math.max(a.length, b.length) / 3));
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] as number) + 1
          : Infinity;
      row.push(Math.min(changed, swapped, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    [before, above] = [above, row];
  }
  const slips = above[b.length] as number;
  return slips <= most ? slips : Infinity;
}
