import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { describe, expect, test } from 'vitest';
import { identify, processStart } from '../../src/ports/host.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

const linux = process.platform === 'linux';
const inSlurm = { SLURM_JOB_ID: '77', SLURM_CLUSTER_NAME: 'alpha', SLURMD_NODENAME: 'node1' };

/** A filesystem in memory with these files. */
async function holding(contents: Record<string, string>): Promise<MemoryFileSystem> {
  const files = memoryFileSystem();
  for (const [path, text] of Object.entries(contents)) {
    await files.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
    await files.write(path, Buffer.from(text));
  }
  return files;
}

/** A line of /proc/<pid>/stat; `start` is its 22nd field. */
function statLine(pid: number, command: string, state: string, start: string): string {
  const between = Array.from({ length: 18 }, (_, index) => String(index)).join(' ');
  return `${pid} (${command}) ${state} ${between} ${start} 4096 1 2 3\n`;
}

/** Runs `test` while a child is there, and sees it off. */
async function withChild(script: string, check: (child: ChildProcess) => Promise<void>): Promise<void> {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  try {
    await check(child);
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

describe('the identity of this process', () => {
  test('says host, user and pid', async () => {
    const identity = await identify();
    expect(identity).toMatchObject({ hostname: os.hostname(), user: os.userInfo().username, pid: process.pid });
  });

  test.runIf(linux)('says boot and pid namespace as the kernel does', async () => {
    const identity = await identify();
    expect(identity.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
    expect(identity.pidNamespace).toBe(readlinkSync('/proc/self/ns/pid'));
  });

  test.runIf(linux)('has the start time that a look from outside finds', async () => {
    const identity = await identify();
    expect(identity.processStart).toMatch(/^\d+$/);
    expect(await processStart(process.pid)).toBe(identity.processStart);
  });

  test('leaves undefined what the system does not tell', async () => {
    const identity = await identify(memoryFileSystem(), {});
    const { machineId, bootId, pidNamespace, processStart: start, slurm } = identity;
    expect([machineId, bootId, pidNamespace, start, slurm]).toEqual(Array(5).fill(undefined));
  });

  test.each(['', 'uninitialized\n'])('takes the machine id %j of an image for none', async (content) => {
    const files = await holding({ '/etc/machine-id': content });
    expect((await identify(files, {})).machineId).toBeUndefined();
  });

  test('knows the machine id and the boot id', async () => {
    const files = await holding({
      '/etc/machine-id': '3d1219c7c4c5404aaa1f6d2a48adfda4\n',
      '/proc/sys/kernel/random/boot_id': '4415267f-74b0-4f92-8579-e88588730cb0\n',
    });
    expect(await identify(files, {})).toMatchObject({
      machineId: '3d1219c7c4c5404aaa1f6d2a48adfda4',
      bootId: '4415267f-74b0-4f92-8579-e88588730cb0',
    });
  });

  test('trusts no /proc that shows another pid namespace', async () => {
    const line = statLine(process.pid + 1, 'node', 'S', '500');
    const files = await holding({ '/proc/self/stat': line, '/proc/self/ns/pid': '' });
    const { pidNamespace, processStart: start } = await identify(files, {});
    expect([pidNamespace, start]).toEqual([undefined, undefined]);
  });

  test('names the Slurm job it runs in, and its cluster where there is one', async () => {
    const files = memoryFileSystem();
    expect((await identify(files, inSlurm)).slurm).toEqual({ jobId: '77', cluster: 'alpha' });
    const unnamed = { ...inSlurm, SLURM_CLUSTER_NAME: undefined };
    expect((await identify(files, unnamed)).slurm).toEqual({ jobId: '77' });
  });

  test('is in no Slurm job in a shell that salloc opened on a login node', async () => {
    const { SLURM_JOB_ID } = inSlurm;
    expect((await identify(memoryFileSystem(), { SLURM_JOB_ID })).slurm).toBeUndefined();
  });
});

describe('the start of a process', () => {
  test.each(['node', 'a b', 'odd) (name', ') S 1 2 3'])('is found behind the command name %j', async (name) => {
    const files = await holding({ '/proc/42/stat': statLine(42, name, 'S', '195609') });
    expect(await processStart(42, files)).toBe('195609');
  });

  test.each(['Z', 'X'])('counts one in state %s as gone', async (state) => {
    const files = await holding({ '/proc/42/stat': statLine(42, 'node', state, '195609') });
    expect(await processStart(42, files)).toBe('gone');
  });

  test.runIf(linux)('is there while a thread of a process is, though its first is a zombie', async () => {
    const script = `exec python3 -c '
import ctypes, sys, threading
threading.Thread(target=sys.stdin.readline).start()
ctypes.CDLL(None).pthread_exit(0)'`;
    await withChild(script, async (child) => {
      const pid = child.pid!;
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ');
      expect(await processStart(pid)).toMatch(/^\d+$/);
    });
  });

  test('cannot be told when /proc hides a process that is there', async () => {
    expect(await processStart(process.pid, memoryFileSystem())).toBeUndefined();
  });

  test.runIf(linux)('differs from zero while a child runs, and is gone when it has ended', async () => {
    let pid = 0;
    await withChild('read line', async (child) => {
      pid = child.pid!;
      expect(await processStart(pid)).toMatch(/^\d+$/);
    });
    expect(await processStart(pid)).toBe('gone');
  });

  test.runIf(linux)('is gone for a zombie', async () => {
    // the shell becomes a program that waits for no child; then the child may end
    await withChild('exec 3<&0; (read line <&3) & echo $!; exec tail -f /dev/null', async (parent) => {
      const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
      const pid = Number(String(line));
      await expect.poll(() => readFileSync(`/proc/${parent.pid!}/comm`, 'latin1')).toBe('tail\n');
      expect(await processStart(pid)).toMatch(/^\d+$/);
      parent.stdin!.end();
      await expect.poll(() => processStart(pid)).toBe('gone');
      expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ');
    });
  });
});
