import { runCommand } from './command.js';
import type { SlurmJob } from './host.js';

/**
 * What the Slurm controller knows of a job. `final`: its processes are ended. `suspended`: it waits (suspended,
 * pending, requeued), so no heartbeat of it can move. `running` says nothing about one worker in it.
 * `unknown`: no answer, for whatever reason.
 */
export type SlurmState = 'final' | 'suspended' | 'running' | 'unknown';

/** A controller in trouble answers late or never; nobody waits for it while the heartbeat can decide. */
const TIMEOUT_MS = 5000;

const FINAL = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'TIMEOUT',
]);
const WAITING = new Set([
  'CONFIGURING',
  'PENDING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'RESV_DEL_HOLD',
  'SPECIAL_EXIT',
  'STOPPED',
  'SUSPENDED',
]);
const RUNNING = new Set(['COMPLETING', 'RESIZING', 'RUNNING', 'SIGNALING', 'STAGE_OUT']);

/**
 * Asks squeue, then sacct. Never fails; a job of another cluster than this host's is `unknown`.
 * @param ownCluster the cluster this process is in, where the environment says so
 */
export async function slurmState(
  { jobId, cluster }: SlurmJob,
  ownCluster = process.env['SLURM_CLUSTER_NAME'],
): Promise<SlurmState> {
  if (!/^\d+$/.test(jobId)) return 'unknown';
  if (cluster !== undefined && cluster !== (ownCluster ?? (await configuredCluster()))) return 'unknown';
  const queued = await ask('squeue', ['-h', '-t', 'all', '-o', '%A|%T', '-j', jobId], jobId);
  if (queued !== 'unknown') return queued;
  return ask('sacct', ['-n', '-X', '-P', '-o', 'JobIDRaw,State', '-j', jobId], jobId);
}

/** A login node's environment names no cluster, and the same number may be another cluster's job. */
async function configuredCluster(): Promise<string | undefined> {
  const answer = await runCommand('scontrol', ['show', 'config'], TIMEOUT_MS);
  if (answer.ended !== 'exit' || answer.exitCode !== 0) return undefined;
  return /^ClusterName\s*=\s*(\S+)/m.exec(answer.stdout)?.[1];
}

/** Both tools list all tasks of a job array under its number, so lines of other jobs are passed over. */
async function ask(tool: string, args: readonly string[], jobId: string): Promise<SlurmState> {
  const answer = await runCommand(tool, args, TIMEOUT_MS);
  if (answer.ended !== 'exit' || answer.exitCode !== 0) return 'unknown';
  const states = answer.stdout.split('\n').flatMap((line) => {
    const [id, state] = line.trim().split('|');
    return id === jobId && state !== undefined ? [meaning(state)] : [];
  });
  return (
    (['suspended', 'running', 'unknown', 'final'] as const).find((state) => states.includes(state)) ?? 'unknown'
  );
}

/** sacct writes "CANCELLED by 1000", and "CANCELLED+" where it cuts off. */
function meaning(state: string): SlurmState {
  const word = /^[A-Z_]+/.exec(state.toUpperCase())?.[0] ?? '';
  if (FINAL.has(word)) return 'final';
  if (WAITING.has(word)) return 'suspended';
  return RUNNING.has(word) ? 'running' : 'unknown';
}
