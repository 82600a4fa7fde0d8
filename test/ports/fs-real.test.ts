import type * as NodeFs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realFileSystem } from '../../src/ports/fs-real.js';
import { errorCode } from '../../src/ports/fs.js';

/** What the next calls of a system call do instead; consulted by the mock of node:fs below. */
const { faults, calls } = vi.hoisted(() => ({
  faults: new Map<string, ((...args: unknown[]) => unknown)[]>(),
  calls: [] as string[],
}));

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof NodeFs>();
  const promisified = Symbol.for('nodejs.util.promisify.custom');
  const wrap = (name: string): unknown => {
    const real = Reflect.get(original, name) as (...args: unknown[]) => unknown;
    const faulty = (...args: unknown[]): unknown => {
      calls.push(name);
      return (faults.get(name)?.shift() ?? real)(...args);
    };
    return counting.has(name) ? Object.assign(faulty, { [promisified]: promising(faulty) }) : faulty;
  };
  /** fs.read and fs.write give two results, which promisify makes one object of. */
  const counting = new Set(['read', 'write']);
  const promising =
    (call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        call(...args, (error: Error | null, count: number) =>
          error ? reject(error) : resolve({ bytesRead: count, bytesWritten: count }),
        );
      });
  const names = [
    'open',
    'close',
    'read',
    'write',
    'writeSync',
    'ftruncateSync',
    'fsync',
    'fstat',
    'fchown',
    'fchmod',
  ];
  const replaced = Object.fromEntries(names.map((name) => [name, wrap(name)]));
  return { ...original, default: { ...original, ...replaced } };
});

const numbers: Record<string, number> = {
  ESTALE: -116,
  ENOSPC: -28,
  EDQUOT: -122,
  EIO: -5,
  EPERM: -1,
  EINVAL: -22,
};

/** As Node 20 reports it: ESTALE and EDQUOT have no name there. */
function systemFailure(name: string): Error {
  const errno = numbers[name] ?? 0;
  const named = name !== 'ESTALE' && name !== 'EDQUOT';
  const code = named ? name : `Unknown system error ${errno}`;
  return Object.assign(new Error(code), { errno, code });
}

function next(name: string, ...behaviours: ((...args: unknown[]) => unknown)[]): void {
  faults.set(name, behaviours);
}

/** Fails through the callback, without doing anything. */
function failing(code: string) {
  return (...args: unknown[]): void => (args.at(-1) as (error: Error) => void)(systemFailure(code));
}

/** Does what close(2) does on NFS: the descriptor is gone, and the error comes all the same. */
async function closingWith(code: string): Promise<(fd: unknown, done: unknown) => void> {
  const { close } = await vi.importActual<typeof NodeFs>('node:fs');
  return (fd, done) => close(fd as number, () => (done as (error: Error) => void)(systemFailure(code)));
}

function throwing(code: string) {
  return (): never => {
    throw systemFailure(code);
  };
}

const files = realFileSystem();
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cooperate-fs-real-'));
  file = join(folder, 'file');
});

afterEach(() => {
  faults.clear();
  calls.length = 0;
  rmSync(folder, { recursive: true });
});

async function codeOf(operation: Promise<unknown>): Promise<string | undefined> {
  return operation.then(
    () => undefined,
    (error: unknown) => errorCode(error),
  );
}

describe('an error that Node has no name for', () => {
  test.each(['Unknown system error -122', 'UNKNOWN'])('is named by its number: %s', (code) => {
    expect(errorCode(Object.assign(new Error(code), { code, errno: -122 }))).toBe('EDQUOT');
  });
});

describe('reading', () => {
  test('opens again after ESTALE, from open and from read', async () => {
    writeFileSync(file, 'fresh');
    next('open', failing('ESTALE'));
    next('read', failing('ESTALE'));
    expect(String((await files.read(file)).bytes)).toBe('fresh');
    expect(calls.filter((call) => call === 'open')).toHaveLength(3);
  });

  test('gives up on ESTALE that stays, and names it', async () => {
    writeFileSync(file, 'x');
    next('open', ...Array.from({ length: 20 }, () => failing('ESTALE')));
    expect(await codeOf(files.read(file))).toBe('ESTALE');
  });

  test('does not mind an error of close', async () => {
    writeFileSync(file, 'fine');
    next('close', await closingWith('EIO'));
    expect(String((await files.read(file)).bytes)).toBe('fine');
  });

  test('reads again when the file changed between the two looks', async () => {
    writeFileSync(file, 'old');
    const { read } = await vi.importActual<typeof NodeFs>('node:fs');
    next('read', (...args) => {
      writeFileSync(file, 'a longer new one');
      Reflect.apply(read, undefined, args);
    });
    expect(String((await files.read(file)).bytes)).toBe('a longer new one');
  });

  test('says EAGAIN when the file never keeps still', async () => {
    writeFileSync(file, 'x');
    const { read } = await vi.importActual<typeof NodeFs>('node:fs');
    let length = 1;
    const growing = (...args: unknown[]): void => {
      truncateSync(file, (length += 1));
      Reflect.apply(read, undefined, args);
    };
    next('read', ...Array.from({ length: 100 }, () => growing));
    expect(await codeOf(files.read(file))).toBe('EAGAIN');
  });

  test('puts short reads together', async () => {
    writeFileSync(file, '0123456789');
    const { read } = await vi.importActual<typeof NodeFs>('node:fs');
    next('read', (...args) => Reflect.apply(read, undefined, args.with(3, 4)) as unknown);
    expect(String((await files.read(file)).bytes)).toBe('0123456789');
  });

  test('says EFBIG for a file that no buffer holds', async () => {
    writeFileSync(file, '');
    truncateSync(file, 5 * 2 ** 30); // sparse: takes no space
    expect(await codeOf(files.read(file))).toBe('EFBIG');
    expect(String(await files.readFrom(file, 5 * 2 ** 30 - 2))).toBe('\0\0');
  });

  test.runIf(process.platform === 'linux')('reads files that state no size', async () => {
    const { bytes } = await files.read('/proc/self/stat');
    expect(Number.parseInt(bytes.toString(), 10)).toBe(process.pid);
  });
});

describe('writing', () => {
  test('puts short writes together', async () => {
    const { write } = await vi.importActual<typeof NodeFs>('node:fs');
    next('write', (...args) => Reflect.apply(write, undefined, args.with(3, 4)) as unknown);
    await files.write(file, Buffer.from('0123456789'));
    expect(readFileSync(file, 'latin1')).toBe('0123456789');
  });

  test.each(['write', 'fsync', 'fstat'])('leaves no file behind when %s fails', async (call) => {
    next(call, failing('ENOSPC'));
    expect(await codeOf(files.write(file, Buffer.from('x')))).toBe('ENOSPC');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('counts an error of close, where NFS reports a full quota', async () => {
    next('close', await closingWith('EDQUOT'));
    expect(await codeOf(files.write(file, Buffer.from('x')))).toBe('EDQUOT');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('closes what it opened, also when it fails', async () => {
    next('write', failing('EIO'));
    await codeOf(files.write(file, Buffer.from('x')));
    expect(calls.filter((call) => call === 'close')).toHaveLength(1);
  });

  test('keeps the mode whatever the umask', async () => {
    const { uid, gid } = statSync(folder);
    const before = process.umask(0o077);
    try {
      await files.write(file, Buffer.from('x'), { mode: 0o664, uid, gid });
    } finally {
      process.umask(before);
    }
    expect(statSync(file).mode & 0o7777).toBe(0o664);
  });

  test('goes on where owner and mode cannot be kept, trying the group alone', async () => {
    next('fchown', failing('EPERM'), failing('EPERM'));
    next('fchmod', failing('EPERM'));
    await files.write(file, Buffer.from('x'), { mode: 0o4600, uid: 4321, gid: 4321 });
    expect(calls.filter((call) => call === 'fchown')).toHaveLength(2);
    expect(statSync(file).mode & 0o7777).toBe(0o600);
  });
});

describe('syncing a directory', () => {
  test.each(['EINVAL', 'EPERM'])('says nothing where it cannot be done (%s)', async (code) => {
    next('fsync', failing(code));
    await files.syncDirectory(folder);
  });

  test.each(['EIO', 'ENOSPC'])('reports %s', async (code) => {
    next('fsync', failing(code));
    expect(await codeOf(files.syncDirectory(folder))).toBe(code);
  });
});

describe('a file that is appended to', () => {
  /** The disk takes this many bytes of the next write, then is full. */
  async function fullAfter(bytes: number): Promise<void> {
    const { writeSync } = await vi.importActual<typeof NodeFs>('node:fs');
    const partly = (...args: unknown[]): unknown => Reflect.apply(writeSync, undefined, args.with(3, bytes));
    next('writeSync', partly, throwing('ENOSPC'));
  }

  test('tries the rest after a short write', async () => {
    const journal = await files.openAppend(file);
    const { writeSync } = await vi.importActual<typeof NodeFs>('node:fs');
    next('writeSync', (...args) => Reflect.apply(writeSync, undefined, args.with(3, 3)) as unknown);
    journal.append(Buffer.from('one line\n'));
    expect(readFileSync(file, 'latin1')).toBe('one line\n');
    await journal.close();
  });

  test('cuts a torn line off when the disk is full, and takes it later', async () => {
    const journal = await files.openAppend(file);
    journal.append(Buffer.from('one\n'));
    await fullAfter(5);
    expect(() => journal.append(Buffer.from('a long line\n'))).toThrow('ENOSPC');
    expect([journal.size, readFileSync(file, 'latin1')]).toEqual([4, 'one\n']);
    journal.append(Buffer.from('a long line\n'));
    expect(readFileSync(file, 'latin1')).toBe('one\na long line\n');
    await journal.close();
  });

  test('goes over a torn line that could not be cut off, and leaves nothing of it', async () => {
    const journal = await files.openAppend(file);
    await fullAfter(8);
    next('ftruncateSync', throwing('EIO'));
    expect(() => journal.append(Buffer.from('a long line\n'))).toThrow('ENOSPC');
    expect(readFileSync(file, 'latin1')).toBe('a long l');
    journal.append(Buffer.from('new\n'));
    expect(readFileSync(file, 'latin1')).toBe('new\n');
    await journal.close();
  });

  test('rejects the bytes that did not go in, and takes those after them', async () => {
    const log = await files.openAppend(file);
    next('write', failing('ENOSPC'));
    const [lost, taken] = [log.appendLater(Buffer.from('lost')), log.appendLater(Buffer.from('taken'))];
    expect(await codeOf(lost)).toBe('ENOSPC');
    await taken;
    expect(readFileSync(file, 'latin1')).toBe('taken');
    await log.close();
  });

  test('finishes what waits before it closes', async () => {
    const log = await files.openAppend(file);
    const waiting = log.appendLater(Buffer.from('bulk'));
    await log.close();
    await waiting;
    expect(readFileSync(file, 'latin1')).toBe('bulk');
  });

  test('takes ESTALE at its path as not attached, and tells of other errors', async () => {
    const journal = await files.openAppend(file);
    next('open', failing('ESTALE'), failing('EIO'));
    expect(await journal.attached()).toBe(false);
    expect(await codeOf(journal.attached())).toBe('EIO');
    await journal.close();
  });
});
