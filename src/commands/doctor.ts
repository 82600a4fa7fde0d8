import type { Findings, LockFindings } from '../doctor/findings.js';
import { judge, type Judgement } from '../doctor/judge.js';
import { joinedWith, keepMeasured, measuredFor } from '../doctor/measured.js';
import { asyncExportOf } from '../doctor/mount.js';
import type { HostFacts } from '../doctor/schemas.js';
import { Examination } from './doctor-examination.js';
import { asFailure, folderAt, hostFacts, type DoctorPorts } from './doctor-part.js';

export interface DoctorOrder {
  /** A folder, or a schedule in it. */
  readonly path: string;
  /** How many take part, this one included; 1 alone. */
  readonly hosts: number;
  /** Whether workers are to take the settings by themselves. */
  readonly keep: boolean;
}

export interface LeaderPorts extends DoctorPorts {
  /** Starts processes here that take part; the returned promise is done when they have ended. */
  partners(folder: string, leader: string, count: number): Promise<void>;
}

export interface Examined extends Judgement {
  readonly folder: string;
  readonly findings: Findings;
  /** Where workers find the settings; undefined when they need none, or none were to be kept. */
  readonly kept?: string;
}

/** Tests the filesystem of a folder for what the protocol needs. Undefined when `signal` ended it. */
export async function doctor(
  ports: LeaderPorts,
  { path, hosts, keep }: DoctorOrder,
): Promise<Examined | undefined> {
  const { fs, signal } = ports;
  const folder = await folderAt(fs, path);
  const examination = await Examination.begin(ports, folder);
  let findings: Findings | undefined;
  try {
    findings = await examine(ports, examination, folder, hosts);
  } catch (error) {
    if (!signal.aborted) throw asFailure(error, folder);
  } finally {
    await examination.close();
  }
  if (!findings || signal.aborted) return undefined;
  const judgement = judge(findings);
  if (!keep || judgement.verdict === 'do-not-use') return { ...judgement, folder, findings };
  return { ...judgement, folder, findings, ...(await kept(ports, folder, judgement, hosts)) };
}

async function examine(
  ports: LeaderPorts,
  examination: Examination,
  folder: string,
  hosts: number,
): Promise<Findings | undefined> {
  const { fs, progress } = ports;
  const others = await examination.gather(hosts);
  if (!others) return undefined;
  progress('what link, rename and fsync say');
  const operations = await examination.operations();
  const races = await examination.races(operations);
  const replaced = await examination.replaced();
  const watched = await examination.lags();
  const lock: LockFindings = await examination.lock();
  const asyncExport = await asyncExportOf(fs, folder);
  const here: HostFacts = { ...(await hostFacts(ports, folder)), clockMs: watched.clockMs };
  return {
    hosts: [here, ...watched.hosts],
    processes: others.length + 1,
    ...{ operations, races, replaced, lock, asyncExport },
    lags: watched.lags,
    lagWatchedMs: watched.watchedMs,
  };
}

async function kept(
  { fs }: LeaderPorts,
  folder: string,
  { settings }: Judgement,
  hosts: number,
): Promise<{ settings: Judgement['settings']; kept?: string }> {
  const before = await measuredFor(fs, folder);
  const joined = joinedWith(before.measured, settings, hosts);
  try {
    const at = await keepMeasured(fs, folder, joined, hosts);
    return { settings: joined, ...(at !== undefined && { kept: at }) };
  } catch (error) {
    throw asFailure(error, folder, 'keep the settings');
  }
}
