import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AppendFile } from '../../src/ports/fs.js';
import { realFileSystem } from '../../src/ports/fs-real.js';
import { realSpawner } from '../../src/ports/spawn.js';
import { RunOutput } from '../../src/worker/output.js';
import { fakeScreen } from '../support/fake-screen.js';

const folder = mkdtempSync(join(tmpdir(), 'output-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A log that fails, or waits, as told. */
class FakeLog implements AppendFile {
  text = '';
  error: string | undefined;
  gate: Promise<void> | undefined;
  appends = 0;

  get size(): number {
    return this.text.length;
  }

  append(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString('latin1');
  }

  async appendLater(bytes: Uint8Array): Promise<void> {
    this.appends++;
    await this.gate;
    if (this.error !== undefined) throw Object.assign(new Error(this.error), { code: this.error });
    this.append(bytes);
  }

  sync = (): Promise<void> => Promise.resolve();
  attached = (): Promise<boolean> => Promise.resolve(true);
  close = (): Promise<void> => Promise.resolve();
}

function outputTo(log: AppendFile | undefined) {
  const screen = fakeScreen();
  const troubles: string[] = [];
  const output = new RunOutput({
    screen,
    labelled: false,
    log,
    onLogTrouble: ({ code }) => void troubles.push(code),
  });
  return { output, screen, troubles };
}

const put = (output: RunOutput, text: string): void | Promise<void> => output.take('stdout', Buffer.from(text));
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a run’s output', () => {
  test('reaches terminal and log byte for byte', async () => {
    const bytes = randomBytes(5_000_000);
    await writeFile(join(folder, 'random'), bytes);
    const log = await realFileSystem().openAppend(join(folder, 'log'));
    const { output, screen, troubles } = outputTo(log);
    await realSpawner().start({
      argv: ['cat', join(folder, 'random')],
      env: process.env,
      inherit: false,
      onOutput: output.take,
    }).ended;
    await output.flushed();
    await log.close();
    expect(digest(screen.stdout)).toBe(digest(bytes));
    expect(digest(await readFile(join(folder, 'log')))).toBe(digest(bytes));
    expect(troubles).toEqual([]);
  });

  test('keeps its streams apart on the terminal and its order in the log', async () => {
    const log = new FakeLog();
    const { output, screen } = outputTo(log);
    for (const i of [1, 2, 3]) {
      void output.take('stdout', Buffer.from(`out ${i}\n`));
      void output.take('stderr', Buffer.from(`err ${i}\n`));
    }
    await output.flushed();
    expect(screen.stdout.toString()).toBe('out 1\nout 2\nout 3\n');
    expect(screen.stderr.toString()).toBe('err 1\nerr 2\nerr 3\n');
    expect(log.text).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
  });

  test('goes to the terminal without a log', async () => {
    const { output, screen } = outputTo(undefined);
    await put(output, 'a');
    await output.flushed();
    expect(screen.stdout.toString()).toBe('a');
  });

  test('waits for a slow terminal', async () => {
    let release!: () => void;
    const screen = fakeScreen(() => new Promise((resolve) => (release = resolve)));
    const output = new RunOutput({
      screen,
      labelled: false,
      log: new FakeLog(),
      onLogTrouble: () => expect.fail(),
    });
    let taken = false;
    const waiting = Promise.resolve(put(output, 'a')).then(() => (taken = true));
    await output.flushed();
    expect(taken).toBe(false);
    release();
    await waiting;
  });
});

describe('a slow log', () => {
  test('gets many chunks with one write, and holds the run back only when much is waiting', async () => {
    const log = new FakeLog();
    let open!: () => void;
    log.gate = new Promise((resolve) => (open = resolve));
    const { output } = outputTo(log);
    for (let i = 0; i < 15; i++) expect(put(output, 'x'.repeat(65536))).toBeUndefined();
    const [one, two] = [put(output, 'x'.repeat(65537)), put(output, 'y')];
    expect(one).toBeInstanceOf(Promise);
    expect(two).toBeInstanceOf(Promise);
    open();
    await one;
    await two;
    expect(log.text.length).toBe(16 * 65536 + 2);
    expect(log.appends).toBe(2);
  });
});

describe('a log that cannot be written', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EIO', 'EACCES'])('is told of once, and the run goes on: %s', async (code) => {
    const log = new FakeLog();
    const { output, screen, troubles } = outputTo(log);
    log.error = code;
    for (const text of ['a', 'b', 'c']) {
      await put(output, text);
      await output.flushed();
    }
    expect(screen.stdout.toString()).toBe('abc');
    expect(troubles).toEqual([code]);
  });

  test('gets what is missing as soon as it can be written again, and the next time is told of again', async () => {
    const log = new FakeLog();
    const { output, troubles } = outputTo(log);
    for (const round of ['1', '2']) {
      log.error = 'ENOSPC';
      await put(output, `a${round}`);
      await output.flushed();
      log.error = undefined;
      await put(output, `b${round}`);
      await output.flushed();
    }
    expect(log.text).toBe('a1b1a2b2');
    expect(troubles).toEqual(['ENOSPC', 'ENOSPC']);
  });

  test('costs bounded memory, and the log says what is missing', async () => {
    const log = new FakeLog();
    const { output, screen } = outputTo(log);
    log.error = 'ENOSPC';
    for (let i = 0; i < 10; i++) await put(output, 'x'.repeat(100_000));
    await output.flushed();
    log.error = undefined;
    await put(output, 'end\n');
    await output.flushed();
    const gap = /^\n\[cooperate: (\d+) bytes of output are missing here: ENOSPC\]\n(x*)end\n$/.exec(log.text);
    expect(Number(gap?.[1]) + (gap?.[2]?.length ?? 0)).toBe(1_000_000);
    expect(screen.stdout.length).toBe(1_000_004);
  });

  test('keeps the runs’ bytes apart all the same', async () => {
    const log = new FakeLog();
    const { output } = outputTo(log);
    const shownOf = (): string => log.text.slice(...output.logged!);
    output.begin('0');
    await put(output, 'first ');
    await output.flushed();
    log.error = 'ENOSPC';
    await put(output, 'kept');
    await output.flushed();
    expect(shownOf()).toBe('first ');
    output.begin('1');
    expect(output.logged).toEqual([6, 6]);
    await put(output, 'second');
    await output.flushed();
    log.error = undefined;
    await output.flushed();
    expect(log.text).toBe('first keptsecond');
    expect(shownOf()).toBe('second');
    output.begin('2');
    await put(output, 'third');
    await output.flushed();
    expect(shownOf()).toBe('third');
  });

  test('says what is missing where it is missing', async () => {
    const log = new FakeLog();
    const { output } = outputTo(log);
    const shownOf = (): string => log.text.slice(...output.logged!);
    log.error = 'ENOSPC';
    output.begin('0');
    await put(output, 'x'.repeat(300_000));
    await output.flushed();
    output.begin('1');
    log.error = undefined;
    await put(output, 'second');
    await output.flushed();
    expect(log.text).toContain('300000 bytes of output are missing here');
    expect(shownOf()).toBe('second');

    log.error = 'ENOSPC';
    output.begin('2');
    await put(output, 'y'.repeat(300_000));
    await output.flushed();
    log.error = undefined;
    await put(output, 'end');
    await output.flushed();
    expect(shownOf()).toMatch(/^\n\[cooperate: 300000 bytes .*\]\nend$/);
  });
});
