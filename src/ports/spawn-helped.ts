import { getSystemErrorName } from 'node:util';
import { ProcessGroup, signalAll } from './spawn-group.js';
import { endLeftovers, GRACES, type Graces } from './spawn-leftovers.js';
import { OutputPipes } from './spawn-output.js';
import { commandPath, forgetPaths } from './spawn-path.js';
import { explain } from './spawn-problem.js';
import { readProcess } from './spawn-proc.js';
import { Helper, type HelperWord, type Seated } from './spawn-helper.js';
import { commandFrame, environmentOf } from './spawn-helper-request.js';
import { signalNamed } from './spawn-signals.js';
import { realSpawner, type RunCommand, type RunEnd, type Running, type Spawner } from './spawn.js';

interface HelperOptions {
  readonly graces?: Graces;
  /** Absolute. */
  readonly perl?: string;
  /** In milliseconds; a helper is started once a run was shorter: to longer ones a fork of Node is nothing. */
  readonly shortMs?: number;
}

const SHORT_MS = 1000;

/** Starts runs through small helpers where it can, and as `realSpawner` does otherwise. */
export function helpedSpawner(options: HelperOptions = {}): Spawner {
  const pool = new Pool(options);
  const graces = options.graces ?? GRACES;
  const plain = realSpawner(graces);
  const start = (command: RunCommand): Running => {
    const helper = command.inherit ? undefined : pool.free();
    const request = helper && commandFrame(command, helper.base);
    const seated = request && helper.start(request);
    if (request && !seated) helper.end();
    return helper && seated ? running(command, helper, seated, graces) : plain.start(command);
  };
  return {
    start: (command) => {
      const running = start(command);
      pool.follow(running, command);
      return running;
    },
  };
}

/** As many helpers as there were runs at the same time. */
class Pool {
  private readonly helpers = new Set<Helper>();
  private readonly perl: string | undefined;
  private readonly shortMs: number;
  private active = 0;
  private worthwhile = false;
  private usable: boolean;

  constructor({ perl, shortMs = SHORT_MS }: HelperOptions) {
    this.perl = perl;
    this.shortMs = shortMs;
    this.usable = process.platform === 'linux';
  }

  free(): Helper | undefined {
    for (const helper of this.helpers) if (helper.free) return helper;
    return undefined;
  }

  follow({ ended }: Running, { env, inherit }: RunCommand): void {
    this.active++;
    if (this.usable && this.worthwhile && !inherit && this.helpers.size < this.active) this.launch(env);
    const began = performance.now();
    const over = (): void => {
      this.active--;
      this.worthwhile = performance.now() - began < this.shortMs;
    };
    ended.then(over, over);
  }

  private launch(env: RunCommand['env']): void {
    const perl = this.perl ?? commandPath('perl', `/usr/bin:${env['PATH'] ?? ''}`);
    if (perl === undefined) this.usable = false;
    else this.helpers.add(new Helper(perl, environmentOf(env), this.gone));
  }

  private readonly gone = (helper: Helper, answered: boolean): void => {
    this.helpers.delete(helper);
    if (!answered) this.usable = false;
  };
}

function running(command: RunCommand, helper: Helper, seated: Seated, graces: Graces): Running {
  const { pid, readers } = seated;
  const output = new OutputPipes(readers, command.onOutput.bind(command));
  const group = new ProcessGroup(pid);
  let over = false;
  const end = async (): Promise<RunEnd> => {
    const word = await seated.word;
    if (!output.ended) await new Promise(setImmediate);
    if (!output.ended || group.occupied()) await endLeftovers(group, output, graces);
    over = true;
    group.close();
    output.stop();
    await output.taken();
    return endOf(word, command);
  };
  return {
    pid,
    signal: (signal) => {
      if (over) return;
      if (group.occupied()) group.signal(signal);
      // In the moment before it leads its group.
      else if (readProcess(String(pid))?.parent === helper.pid) signalAll([pid], signal);
    },
    ended: end(),
  };
}

function endOf(word: HelperWord, command: RunCommand): RunEnd {
  switch (word.is) {
    case 'lost':
      return { is: 'killed', signal: 'SIGKILL' };
    case 'refused': {
      // It may have moved.
      forgetPaths();
      const code = getSystemErrorName(-word.errno);
      return explain(Object.assign(new Error(`spawn ${command.argv[0] ?? ''} ${code}`), { code }), command);
    }
    case 'ended': {
      const signal = word.status & 127;
      if (signal === 0) return { is: 'exited', code: word.status >> 8 };
      return { is: 'killed', signal: signalNamed(signal) };
    }
  }
}
