import { HelpedRun } from './spawn-helped-run.js';
import { Helper } from './spawn-helper.js';
import { environmentOf, startRequest } from './spawn-helper-request.js';
import { GRACES, type Graces } from './spawn-leftovers.js';
import { commandPath, forgetPaths } from './spawn-path.js';
import { realSpawner, type RunCommand, type Running, type Spawner } from './spawn.js';

interface HelperOptions {
  readonly graces?: Graces;
  /** Absolute; the first that answers is used. */
  readonly pythons?: readonly string[];
  /** In milliseconds; helpers are started once a run was shorter: to longer ones a fork of Node is nothing. */
  readonly shortMs?: number;
}

const SHORT_MS = 1000;
/** One can only start one run at a time, and waits for it to become its command. */
const HELPERS = 2;

/** Starts runs through small helpers where it can, and as `realSpawner` does otherwise. */
export function helpedSpawner(options: HelperOptions = {}): Spawner {
  const pool = new Pool(options);
  const graces = options.graces ?? GRACES;
  const plain = realSpawner(graces);
  const start = (command: RunCommand): Running => {
    const helper = command.inherit ? undefined : pool.best();
    const request = helper && startRequest(command, helper.base);
    const plainly = (): Running => {
      // It may have moved.
      forgetPaths();
      return plain.start(command);
    };
    return request ? new HelpedRun(helper, request, { command, graces, plainly }) : plain.start(command);
  };
  return {
    prepare: (env) => pool.prepare(env),
    start: (command) => {
      const running = start(command);
      pool.follow(running, command);
      return running;
    },
  };
}

class Pool {
  private readonly helpers = new Set<Helper>();
  private readonly shortMs: number;
  /** What is still to be tried. */
  private pythons: readonly string[] | undefined;
  private active = 0;
  private worthwhile = false;

  constructor({ pythons, shortMs = SHORT_MS }: HelperOptions) {
    this.pythons = process.platform === 'linux' ? pythons : [];
    this.shortMs = shortMs;
  }

  best(): Helper | undefined {
    let best: Helper | undefined;
    for (const helper of this.helpers)
      if (helper.usable && (!best || helper.running < best.running)) best = helper;
    return best;
  }

  prepare(env: RunCommand['env']): void {
    if (this.helpers.size === 0) this.launch(env);
  }

  follow({ ended }: Running, { env, inherit }: RunCommand): void {
    this.active++;
    if (this.worthwhile && !inherit && this.helpers.size < Math.min(HELPERS, this.active)) this.launch(env);
    const began = performance.now();
    const over = (): void => {
      this.active--;
      this.worthwhile = performance.now() - began < this.shortMs;
    };
    ended.then(over, over);
  }

  private launch(env: RunCommand['env']): void {
    this.pythons ??= ['/usr/bin/python3', commandPath('python3', env['PATH']) ?? '/usr/bin/python3'];
    const [python] = this.pythons;
    if (python !== undefined) this.helpers.add(new Helper(python, environmentOf(env), this.gone));
  }

  private readonly gone = (helper: Helper, answered: boolean): void => {
    this.helpers.delete(helper);
    if (!answered) this.pythons = this.pythons?.filter((python) => python !== helper.python);
  };
}
