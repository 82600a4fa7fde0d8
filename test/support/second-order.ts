/** 1, every factor, every square, every product of two factors. */
function secondOrderTerms(point: readonly number[]): number[] {
  const products = point.flatMap((a, i) => point.slice(i + 1).map((b) => a * b));
  return [1, ...point, ...point.map((a) => a * a), ...products];
}

/**
 * The variance of a prediction at a point, in units of the error's, when a full second-order model is fitted to the
 * runs of `matrix`. Throws where the runs do not determine the model.
 */
export function predictionVariance(
  matrix: readonly (readonly number[])[],
): (point: readonly number[]) => number {
  const rows = matrix.map(secondOrderTerms);
  const size = rows[0]!.length;
  const information = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const inverted = inverse(information);
  return (point) => {
    const terms = secondOrderTerms(point);
    return terms.reduce(
      (sum, a, i) => sum + a * terms.reduce((inner, b, j) => inner + inverted[i]![j]! * b, 0),
      0,
    );
  };
}

/** By Gauss and Jordan, with the largest pivot of each column. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column; i < size; i++)
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const divisor = rows[column]![column]!;
    if (Math.abs(divisor) < 1e-9) throw new Error('The runs do not determine the model.');
    rows[column] = rows[column]!.map((entry) => entry / divisor);
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![column]!;
      if (i !== column && factor !== 0)
        rows[i] = rows[i]!.map((entry, j) => entry - factor * rows[column]![j]!);
    }
  }
  return rows.map((row) => row.slice(size));
}
