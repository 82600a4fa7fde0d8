import { systemError, type AppendFile, type FileSystem } from '../../src/ports/fs.js';

export type Operation = keyof FileSystem | Exclude<keyof AppendFile, 'size'>;

/** One operation under way; for `rename` and `link`, `to` is the second path. */
export interface Call {
  readonly operation: Operation;
  readonly path: string;
  readonly to?: string;
  /** The name its client was given. */
  readonly client: string;
}

/** May act on the filesystem itself, or hold the operation back; not waited for in `append` and `appendLater`. */
export type Hook = (call: Call) => void | Promise<void>;

type OnFault = (code: string) => void;

interface Fault {
  readonly operation: Operation | '*';
  readonly pattern: string | RegExp;
  readonly code: string;
  left: number;
}

/** What goes wrong, and who is told of each operation. */
export class Faults {
  readonly #faults: Fault[] = [];
  readonly #before = new Set<Hook>();
  readonly #after = new Set<Hook>();
  #links = { most: Infinity, code: 'EMLINK' };

  /**
   * Makes `operation` on paths that contain or match `pattern` fail, `times` times or until the returned function
   * is called. A failing append leaves half of its bytes behind, and a `write` that found the disk full no file.
   */
  fail(operation: Operation | '*', pattern: string | RegExp, code: string, times = Infinity): () => void {
    const fault: Fault = { operation, pattern, code, left: times };
    this.#faults.push(fault);
    return () => (fault.left = 0);
  }

  /** EMLINK as ext4 after 65,000, or ENOSPC as GlusterFS after 100. */
  limitLinks(most: number, code = 'EMLINK'): void {
    this.#links = { most, code };
  }

  /** As on mounts without hard links: EPERM, ENOTSUP or the like. */
  forbidLinks(code = 'EPERM'): void {
    this.limitLinks(1, code);
  }

  /** Calls `hook` before each operation; stops when the returned function is called. */
  before(hook: Hook): () => void {
    this.#before.add(hook);
    return () => this.#before.delete(hook);
  }

  /** Calls `hook` after each operation, also one that failed. */
  after(hook: Hook): () => void {
    this.#after.add(hook);
    return () => this.#after.delete(hook);
  }

  /** Does `action`, or what is left of it (`onFault`) before the failure that was asked for. */
  async around<T>(call: Call, action: () => T, onFault?: OnFault): Promise<T> {
    for (const hook of this.#before) await hook(call);
    try {
      this.#throwIfFailing(call, onFault);
      return action();
    } finally {
      for (const hook of this.#after) await hook(call);
    }
  }

  aroundNow<T>(call: Call, action: () => T, onFault?: OnFault): T {
    for (const hook of this.#before) void hook(call);
    try {
      this.#throwIfFailing(call, onFault);
      return action();
    } finally {
      for (const hook of this.#after) void hook(call);
    }
  }

  throwIfTooManyLinks(links: number, path: string): void {
    if (links >= this.#links.most) throw systemError(this.#links.code, 'link', path);
  }

  #throwIfFailing(call: Call, onFault?: OnFault): void {
    const fault = this.#faults.find((one) => one.left > 0 && concerns(one, call));
    if (fault === undefined) return;
    fault.left -= 1;
    onFault?.(fault.code);
    throw systemError(fault.code, call.operation, call.path);
  }
}

function concerns(fault: Fault, call: Call): boolean {
  if (fault.operation !== '*' && fault.operation !== call.operation) return false;
  return [call.path, call.to].some((path) => path !== undefined && matches(path, fault.pattern));
}

function matches(path: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? path.includes(pattern) : pattern.test(path);
}
