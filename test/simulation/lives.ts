import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Violation } from './judge.js';
import { MUTANTS } from './mutants.js';
import { World } from './world.js';

/** One seed, and which mechanism is taken out, if any. */
export interface Life {
  readonly seed: number;
  readonly mutant?: string | undefined;
}

export interface Lived {
  readonly steps: number;
  readonly spawns: number;
  /** The invariant that did not hold. */
  readonly violation?: string;
}

export async function live({ seed, mutant }: Life, trace?: (line: string) => void): Promise<Lived> {
  const world = new World(
    seed,
    MUTANTS.find(({ name }) => name === mutant),
    trace,
  );
  try {
    return await world.run();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { steps: 0, spawns: 0, violation: error.message };
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly failed: Promise<never>;
}

/** Lives on several cores: time and chance are a whole process's. */
export class Lives {
  readonly #children: Server[];

  constructor(program: string, processes: number) {
    this.#children = Array.from({ length: processes }, () => {
      const child = fork(program, ['--serve']);
      const failed = failure(child);
      failed.catch(() => undefined);
      return { child, failed };
    });
  }

  /** In the order of their seeds, from `first` on, until `enough` of them are seen. */
  async inOrder(life: Life, enough: (lived: Lived, seed: number) => boolean): Promise<void> {
    const done = new Map<number, Lived>();
    let next = life.seed;
    let seen = life.seed;
    let isOver = false;
    const work = async ({ child, failed }: Server): Promise<void> => {
      while (!isOver) {
        const seed = next++;
        child.send({ ...life, seed });
        const [lived] = (await Promise.race([once(child, 'message'), failed])) as [Lived];
        done.set(seed, lived);
        for (let one = done.get(seen); one && !isOver; one = done.get(++seen)) isOver = enough(one, seen);
      }
    };
    await Promise.all(this.#children.map(work));
  }

  close(): void {
    for (const { child } of this.#children) child.disconnect();
  }
}

/** A life ended by something else than a violation has told of it. */
async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`a simulating process ended with ${code}`);
}

/** What a child does: one life after the other, as it is told. */
export function serve(): void {
  process.on('message', (life: Life) => {
    void live(life).then((lived) => process.send?.(lived));
  });
}
