import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/ports/command.js';
import { processStart } from '../../src/ports/host.js';
import { slurmState } from '../../src/ports/slurm.js';
import { FakePrograms } from '../support/fake-programs.js';

let programs: FakePrograms;

beforeEach(() => {
  programs = new FakePrograms();
});

afterEach(() => programs.dispose());

const job = { jobId: '100' };

function squeueSays(line: string): void {
  programs.add('squeue', `echo '${line}'`);
}

function sacctSays(line: string): void {
  programs.add('squeue', 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1');
  programs.add('sacct', `echo '${line}'`);
}

describe('the state of a Slurm job', () => {
  test.each([
    ['COMPLETED', 'final'],
    ['FAILED', 'final'],
    ['CANCELLED', 'final'],
    ['TIMEOUT', 'final'],
    ['NODE_FAIL', 'final'],
    ['OUT_OF_MEMORY', 'final'],
    ['PREEMPTED', 'final'],
    ['BOOT_FAIL', 'final'],
    ['DEADLINE', 'final'],
    ['SUSPENDED', 'suspended'],
    ['PENDING', 'suspended'],
    ['REQUEUED', 'suspended'],
    ['RUNNING', 'running'],
    ['COMPLETING', 'running'],
    ['SOMETHING_NEW', 'unknown'],
  ])('%s is %s', async (word, state) => {
    squeueSays(`100|${word}`);
    expect(await slurmState(job, undefined)).toBe(state);
  });

  test('asks the controller about that job alone, finished ones included', async () => {
    programs.add('squeue', `echo "$@" > ${programs.folder}/asked; echo '100|RUNNING'`);
    await slurmState(job, undefined);
    expect(readFileSync(join(programs.folder, 'asked'), 'latin1')).toBe('-h -t all -o %A|%T -j 100\n');
  });

  test('passes over other tasks of its array', async () => {
    programs.add('squeue', "printf '101|RUNNING\\n100|COMPLETED\\n102|PENDING\\n'");
    expect(await slurmState(job, undefined)).toBe('final');
  });

  test.each([
    ['100|COMPLETED', 'final'],
    ['100|CANCELLED by 1000', 'final'],
    ['100|CANCELLED+', 'final'],
    ['100|RUNNING', 'running'],
    ['', 'unknown'],
  ])('is asked of sacct when the controller has forgotten the job: %j is %s', async (line, state) => {
    sacctSays(line);
    expect(await slurmState(job, undefined)).toBe(state);
  });

  test('is unknown when the controller cannot be reached', async () => {
    programs.add('squeue', 'echo "Unable to contact slurm controller" >&2; exit 1');
    programs.add('sacct', 'echo "Problem talking to the database" >&2; exit 1');
    expect(await slurmState(job, undefined)).toBe('unknown');
  });

  test('is unknown where there is no Slurm', async () => {
    expect(await slurmState(job, undefined)).toBe('unknown');
  });

  test('is unknown, without asking, for what is no job number', async () => {
    programs.add('squeue', `: > ${programs.folder}/asked`);
    expect(await slurmState({ jobId: '1; rm -rf /' }, undefined)).toBe('unknown');
    expect(existsSync(join(programs.folder, 'asked'))).toBe(false);
  });
});

describe('a job of a named cluster', () => {
  test('is asked for where that cluster is ours', async () => {
    squeueSays('100|COMPLETED');
    expect(await slurmState({ jobId: '100', cluster: 'alpha' }, 'alpha')).toBe('final');
  });

  test('is unknown in another cluster, which may have a job of that number', async () => {
    squeueSays('100|COMPLETED');
    expect(await slurmState({ jobId: '100', cluster: 'alpha' }, 'beta')).toBe('unknown');
  });

  test.each([
    ['alpha', 'final'],
    ['beta', 'unknown'],
  ])('on a login node, which has no job, depends on the configured cluster: %s', async (name, state) => {
    squeueSays('100|COMPLETED');
    programs.add('scontrol', `printf 'BOOT_TIME = now\\nClusterName             = ${name}\\n'`);
    expect(await slurmState({ jobId: '100', cluster: 'alpha' }, undefined)).toBe(state);
  });

  test('is unknown when the own cluster cannot be found out', async () => {
    squeueSays('100|COMPLETED');
    expect(await slurmState({ jobId: '100', cluster: 'alpha' }, undefined)).toBe('unknown');
  });
});

describe('a helper program', () => {
  test('is ended when it does not answer in time, together with what it started', async () => {
    programs.add('hangs', `/bin/sleep 1000 & echo $! > ${programs.folder}/pid; wait; echo late`);
    expect(await runCommand('hangs', [], 300)).toEqual({ ended: 'timeout' });
    const started = Number(readFileSync(join(programs.folder, 'pid'), 'latin1'));
    await expect.poll(() => processStart(started)).toBe('gone');
  });

  test('gives what it printed and how it exited', async () => {
    programs.add('talks', 'echo out; echo err >&2; exit 3');
    expect(await runCommand('talks', [], 5000)).toEqual({
      ended: 'exit',
      exitCode: 3,
      stdout: 'out',
      stderr: 'err',
    });
  });

  test('answers in English and reads no input', async () => {
    programs.add('asks', 'read line || echo "no input, $LC_ALL"');
    expect(await runCommand('asks', [], 5000)).toMatchObject({ stdout: 'no input, C' });
  });

  test('may be missing, or not runnable', async () => {
    expect(await runCommand('missing', [], 5000)).toEqual({ ended: 'not-found' });
    programs.add('killed', 'kill -9 $$');
    expect(await runCommand('killed', [], 5000)).toEqual({ ended: 'failed' });
  });
});
