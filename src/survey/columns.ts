/** Columns of numbers that grow: a million rows are a few arrays, not a million objects. */
type Column = Int32Array | Float64Array | Uint8Array;

/** The same numbers with room for `length`, and `fill` in what is new. */
export function roomFor<T extends Column>(column: T, length: number, fill = 0): T {
  if (length <= column.length) return column;
  const wider = new (column.constructor as new (length: number) => T)(Math.max(length, column.length * 2));
  wider.set(column);
  if (fill !== 0) wider.fill(fill, column.length);
  return wider;
}
