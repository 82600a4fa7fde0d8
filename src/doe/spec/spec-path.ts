import { DesignProblem } from '../designs/points.js';
import { shortened } from '../factors/spelling-items.js';

export type Path = readonly PropertyKey[];

/** What is wrong, with where in the spec; `problem` says it without the path, for who typed no spec. */
export class SpecProblem extends DesignProblem {
  constructor(
    readonly path: Path,
    problem: string,
    remedy: string,
  ) {
    super(problem, remedy);
    this.name = 'SpecProblem';
  }
}

/** Does the work on what stands at this path; its problems get the path in front of theirs. */
export function at<T>(path: Path, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    const inner = error instanceof SpecProblem ? error.path : [];
    throw new SpecProblem([...path, ...inner], error.problem, error.remedy);
  }
}

/** `factors.lr.when`, `blocks[1].design`. */
export function pathText(path: Path): string {
  return path
    .map((key, place) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = shortened(String(key));
      if (/^[\p{L}\p{N}_$-]+$/u.test(name)) return place === 0 ? name : `.${name}`;
      return `[${JSON.stringify(name)}]`;
    })
    .join('');
}
