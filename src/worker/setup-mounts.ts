import { Failure } from '../failure.js';
import type { ContainerTool } from './setup-container.js';
import { absolutePath, type Place } from './setup-paths.js';

/** A folder or file of the host, where the container sees it. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

interface Wanted extends Place {
  readonly sidecar?: string;
  readonly binds: readonly string[];
}

/** The working directory and the sidecar at their own paths, and what the user asks for. */
export function mountsOf(tool: ContainerTool, wanted: Wanted): readonly Mount[] {
  const { directory, sidecar, binds } = wanted;
  const mounts = [same(directory)];
  if (sidecar !== undefined && !`${sidecar}/`.startsWith(`${directory}/`)) mounts.push(same(sidecar));
  mounts.push(...binds.map((text) => mountIn(text, wanted)));
  if (tool === 'ch-run') mounts.forEach(checkForCharliecloud);
  return mounts;
}

function same(path: string): Mount {
  return { from: path, to: path, readOnly: false };
}

/** From here, also a name without a slash, which docker would take for a volume of its own. */
function mountIn(text: string, place: Place): Mount {
  const [from = '', to = '', mode = 'rw', ...rest] = text.split(':');
  if (from === '' || rest.length > 0 || !/^(ro|rw)$/.test(mode))
    throw usage(`--bind ${text} is not understood.`, 'Write it like /data, /data:/mnt or /data:/mnt:ro.');
  const source = absolutePath(from, place);
  return { from: source, to: to === '' ? source : absolutePath(to, place), readOnly: mode === 'ro' };
}

function checkForCharliecloud({ from, to, readOnly }: Mount): void {
  if (readOnly) throw usage(`ch-run cannot bind ${from} for reading alone.`, 'Leave :ro away.');
  if ((from + to).includes(':'))
    throw usage(`ch-run cannot bind ${from}: there is a colon in its path.`, 'Work in another folder.');
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}
