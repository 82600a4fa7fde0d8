import os from 'node:os';
import { realFileSystem } from './fs-real.js';
import { errorCode, type FileSystem } from './fs.js';

/** Who a worker is and where it runs; undefined is what the system does not tell (no /proc, no Slurm). */
export interface HostIdentity {
  readonly hostname: string;
  readonly user: string;
  readonly pid: number;
  /** Survives reboots; cluster images often share one, so it says nothing without the hostname. */
  readonly machineId?: string | undefined;
  /** New with every boot of a kernel; containers on one kernel share it. */
  readonly bootId?: string | undefined;
  readonly pidNamespace?: string | undefined;
  /** In clock ticks since boot: tells a process from a later one with the same pid. */
  readonly processStart?: string | undefined;
  readonly slurm?: SlurmJob | undefined;
}

/** A job id means something only within its cluster. */
export interface SlurmJob {
  readonly jobId: string;
  readonly cluster?: string | undefined;
}

/** Who this process is. Never fails: what cannot be found out is left undefined. */
export async function identify(
  files: FileSystem = realFileSystem(),
  environment: NodeJS.ProcessEnv = process.env,
): Promise<HostIdentity> {
  const [machineId, bootId, self, pidNamespace] = await Promise.all([
    readId(files, '/etc/machine-id'),
    readId(files, '/proc/sys/kernel/random/boot_id'),
    readStat(files, 'self').catch(() => undefined),
    pidNamespaceOf(files),
  ]);
  const ours = self?.pid === process.pid; // else /proc shows another pid namespace than ours
  return {
    hostname: os.hostname(),
    user: userName(environment),
    pid: process.pid,
    machineId,
    bootId,
    pidNamespace: ours ? pidNamespace : undefined,
    processStart: ours ? self.start : undefined,
    slurm: slurmJob(environment),
  };
}

/**
 * When the process `pid` of this pid namespace started, as `HostIdentity.processStart` has it;
 * `gone` when there is no such process, or only its zombie and no thread of it any more; undefined when that cannot be told.
 */
export async function processStart(
  pid: number,
  files: FileSystem = realFileSystem(),
): Promise<string | undefined> {
  try {
    const stat = await readStat(files, String(pid));
    if (stat?.zombie && !(await hasThreads(files, pid))) return 'gone';
    return stat?.start;
  } catch {
    return signalReaches(pid) === false ? 'gone' : undefined; // /proc may hide the processes of others
  }
}

/** The first thread of a killed process may be a zombie while another hangs in a write, which still comes to its end. */
async function hasThreads(files: FileSystem, pid: number): Promise<boolean> {
  return (await files.list(`/proc/${pid}/task`).catch(() => [])).length > 1;
}

interface ProcessStat {
  readonly pid: number;
  readonly start: string;
  readonly zombie: boolean;
}

/** The command's name, second and in parentheses, may itself hold spaces and parentheses. */
async function readStat(files: FileSystem, process: string): Promise<ProcessStat | undefined> {
  const { bytes } = await files.read(`/proc/${process}/stat`);
  const text = bytes.toString('latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]]; // the third and the 22nd of the whole line
  if (state === undefined || start === undefined || !/^\d+$/.test(start)) return undefined;
  return { pid: Number.parseInt(text, 10), start, zombie: state === 'Z' || state === 'X' };
}

/** False: there is no such process. True also when it is somebody else's. Undefined: cannot be told. */
function signalReaches(pid: number): boolean | undefined {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    return errorCode(error) === 'EPERM' ? true : undefined;
  }
}

/** An image that was never booted has an empty file, or the word "uninitialized". */
async function readId(files: FileSystem, path: string): Promise<string | undefined> {
  try {
    const text = (await files.read(path)).bytes.toString('latin1').trim();
    return /^[0-9a-fA-F-]{32,36}$/.test(text) ? text.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** Spelled as readlink shows it: the inode number is the namespace. */
async function pidNamespaceOf(files: FileSystem): Promise<string | undefined> {
  try {
    return `pid:[${(await files.fingerprint('/proc/self/ns/pid')).ino}]`;
  } catch {
    return undefined;
  }
}

function userName(environment: NodeJS.ProcessEnv): string {
  try {
    return os.userInfo().username;
  } catch {
    return environment['USER'] ?? String(process.getuid?.() ?? 'unknown'); // a container without a passwd entry
  }
}

/** Only slurmd sets the node's name: a shell of salloc on a login node has the job's id, and may outlive the job. */
function slurmJob(environment: NodeJS.ProcessEnv): SlurmJob | undefined {
  const { SLURM_JOB_ID: jobId, SLURM_CLUSTER_NAME: cluster, SLURMD_NODENAME: node } = environment;
  if (jobId === undefined || !/^\d+$/.test(jobId) || node === undefined) return undefined;
  return cluster === undefined || cluster === '' ? { jobId } : { jobId, cluster };
}

/** Of this process and all that it starts; 0 to 19. */
export function setNiceness(niceness: number): void {
  os.setPriority(niceness);
}
