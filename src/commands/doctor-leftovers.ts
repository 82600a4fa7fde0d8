import { leaderOf, meetingsIn, removeMeeting } from '../doctor/meeting.js';
import type { HostIdentity } from '../ports/host.js';
import type { DoctorPorts } from './doctor-part.js';

/** Of doctors on this host that were killed. */
export async function removeDead(ports: DoctorPorts, at: string, me: HostIdentity): Promise<void> {
  const { fs } = ports;
  for (const name of await meetingsIn(fs, at).catch(() => [])) {
    const leader = await leaderOf(fs, at, name);
    const isHere =
      leader?.bootId !== undefined && leader.bootId === me.bootId && leader.pidNamespace === me.pidNamespace;
    if (!isHere || leader.processStart === undefined) continue;
    const start = await ports.processStart(leader.pid);
    if (start !== undefined && start !== leader.processStart) await removeMeeting(fs, at, name);
  }
}
