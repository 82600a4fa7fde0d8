import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { fromStream, OutputPipes } from '../../src/ports/spawn-output.js';
import { runReal, sh, startReal } from '../support/real-run.js';

const pass = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('output', () => {
  test('written just before the exit is never lost', async () => {
    for (let i = 0; i < 40; i++) {
      const { out, err } = await runReal(sh('head -c 70000 /dev/zero; head -c 70000 /dev/zero >&2'));
      expect([out.length, err.length]).toEqual([70000, 70000]);
    }
  });

  test('that nobody has taken yet when the process is gone is still handed on, in order', async () => {
    let taken = '';
    let slowly = 0;
    const run = startReal(sh('for i in 1 2 3 4 5 6 7 8 9; do echo $i; done; head -c 60000 /dev/zero'), {
      graces: { settleMs: 5, terminateMs: 5, killMs: 5 },
      onOutput: async (_stream, chunk) => {
        // Longer than all graces: a slow reader is no reason to throw output away.
        await new Promise((resolve) => setTimeout(resolve, 30));
        slowly++;
        taken += chunk.toString();
      },
    });
    await run.ended;
    expect(slowly).toBeGreaterThan(0);
    expect(taken).toBe(`1\n2\n3\n4\n5\n6\n7\n8\n9\n${'\0'.repeat(60000)}`);
  });

  test('waits for a slow reader, and only one chunk of a stream is under way', async () => {
    const underWay = { stdout: 0, stderr: 0 };
    let most = 0;
    await runReal(sh('head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait'), {
      onOutput: async (stream) => {
        most = Math.max(most, ++underWay[stream]);
        await pass();
        underWay[stream]--;
      },
    });
    expect(most).toBe(1);
  });

  test('stops the run while its reader takes nothing', async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const run = startReal(['head', '-c', '60M', '/dev/zero'], { onOutput: () => gate });
    const written = (): number => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${run.pid}/io`, 'utf8'))?.[1]);
    let before = -1;
    await vi.waitFor(() => {
      const now = written();
      const still = now > 0 && now === before;
      before = now;
      expect(still).toBe(true);
    });
    expect(before).toBeLessThan(1 << 20);
    open();
    expect(await run.ended).toEqual({ is: 'exited', code: 0 });
  });

  test('that Node hurries along when the process exits still comes one chunk at a time', async () => {
    const stdout = new PassThrough();
    const taken: string[] = [];
    const pipes = new OutputPipes(
      [fromStream(stdout), fromStream(new PassThrough().end())],
      async (_stream, chunk) => {
        taken.push(`begin ${chunk.toString()}`);
        await pass();
        taken.push(`end ${chunk.toString()}`);
      },
    );
    for (const chunk of ['a', 'b']) {
      stdout.write(chunk);
      // As child_process does with its sockets.
      stdout.resume();
      await Promise.resolve();
    }
    await pipes.taken();
    expect(taken).toEqual(['begin a', 'end a', 'begin b', 'end b']);
  });

  test('of 300 MB passes with flat memory', async () => {
    let bytes = 0;
    let peak = 0;
    const before = process.memoryUsage.rss();
    await runReal(['head', '-c', '300M', '/dev/zero'], {
      onOutput: async (_stream, chunk) => {
        bytes += chunk.length;
        if (bytes % (16 << 20) < chunk.length) peak = Math.max(peak, process.memoryUsage.rss());
        await pass();
      },
    });
    expect(bytes).toBe(300 << 20);
    expect((peak - before) / (1 << 20)).toBeLessThan(150);
  });

  test('closed early by the run does not end it', async () => {
    const { end, out } = await runReal(sh('echo a; exec >&- 2>&-; sleep 0.05; exit 3'));
    expect({ end, out }).toEqual({ end: { is: 'exited', code: 3 }, out: 'a\n' });
  });

  test('that the reader fails to take shows in `ended`, after the run', async () => {
    const asynchronously = startReal(sh('echo a; exit 3'), {
      onOutput: () => Promise.reject(new Error('bug')),
    });
    await expect(asynchronously.ended).rejects.toThrow('bug');
    const atOnce = startReal(['echo'], {
      onOutput: () => {
        throw new Error('bug');
      },
    });
    await expect(atOnce.ended).rejects.toThrow('bug');
  });
});
