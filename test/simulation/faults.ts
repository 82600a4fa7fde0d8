import { systemError } from '../../src/ports/fs.js';
import type { Random } from '../support/random.js';
import type { Call } from './mount.js';
import type { Weather } from './weather.js';

const CODES = ['EIO', 'ESTALE', 'EACCES', 'ENOSPC', 'EDQUOT'];
const NO_LOOK_FAILS = new Set(['ENOSPC', 'EDQUOT']);
const CHANGES = new Set([
  'write',
  'link',
  'makeDirectory',
  'createDirectory',
  'openAppend',
  'append',
  'appendLater',
]);
/** What a client is told that repeats a call whose reply was lost. */
const REPEATED: Record<string, string> = {
  link: 'EEXIST',
  createDirectory: 'EEXIST',
  rename: 'ENOENT',
  unlink: 'ENOENT',
  removeDirectory: 'ENOENT',
};

/** What calls fail with, while there is trouble at all. */
export class Faults {
  isCalm = false;

  constructor(
    private readonly random: Random,
    private readonly weather: Weather,
  ) {}

  /** Instead of being made, a call may fail. */
  before({ operation, path }: Call): Error | undefined {
    if (!this.#happens(this.weather.fault)) return undefined;
    const code = this.random.pick(CODES) as string;
    if (NO_LOOK_FAILS.has(code) && !CHANGES.has(operation)) return undefined;
    return systemError(code, operation, path);
  }

  /** A call that was made may look as if it were not. */
  after({ operation, path, to }: Call): Error | undefined {
    const code = REPEATED[operation];
    if (code === undefined || !this.#happens(this.weather.lostReply)) return undefined;
    return systemError(code, operation, to ?? path);
  }

  #happens(share: number): boolean {
    return !this.isCalm && share > 0 && this.random.next() < share;
  }
}
