/** Which entries of two lists are the same; -1 where an entry has no partner. */
export interface Alignment {
  /** From the first list to the second. */
  readonly to: Int32Array;
  /** From the second to the first. */
  readonly from: Int32Array;
}

/**
 * Gives each entry of `a` an equal one of `b`, wherever that stands: of equal ones the first to the first. The numbers of
 * entries are below `size`.
 */
export function align(a: Uint32Array, b: Uint32Array, size: number): Alignment {
  const to = new Int32Array(a.length).fill(-1);
  const from = new Int32Array(b.length).fill(-1);
  const most = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < most && a[prefix] === b[prefix]) prefix++;
  let suffix = 0;
  while (suffix < most - prefix && a[a.length - 1 - suffix] === b[b.length - 1 - suffix]) suffix++;
  const pair = (i: number, j: number): void => {
    to[i] = j;
    from[j] = i;
  };
  for (let i = 0; i < prefix; i++) pair(i, i);
  for (let i = 1; i <= suffix; i++) pair(a.length - i, b.length - i);
  if (a.length - suffix > prefix) {
    const { first, next } = placesOf(b, prefix, b.length - suffix, size);
    for (let i = prefix; i < a.length - suffix; i++) {
      const j = first[a[i] as number] as number;
      if (j < 0) continue;
      first[a[i] as number] = next[j] as number;
      pair(i, j);
    }
  }
  return { to, from };
}

/** By number a chain of its places in [start, end), ascending. */
function placesOf(numbers: Uint32Array, start: number, end: number, size: number) {
  const first = new Int32Array(size).fill(-1);
  const next = new Int32Array(numbers.length);
  for (let i = end - 1; i >= start; i--) {
    const number = numbers[i] as number;
    next[i] = first[number] as number;
    first[number] = i;
  }
  return { first, next };
}

/**
 * What stands in the place of entries that are gone: from the first list to the second. Only where as many came as went
 * between the same neighbours can anybody tell.
 */
export function changesOf({ to, from }: Alignment): Map<number, number> {
  const changes = new Map<number, number>();
  for (let start = 0; start < from.length; start++) {
    if (from[start] !== -1) continue;
    let end = start;
    while (end < from.length && from[end] === -1) end++;
    const gone = start === 0 ? 0 : (from[start - 1] as number) + 1;
    let behind = gone;
    while (behind < to.length && to[behind] === -1) behind++;
    if (behind - gone === end - start) for (let i = 0; i < end - start; i++) changes.set(gone + i, start + i);
    start = end;
  }
  return changes;
}
