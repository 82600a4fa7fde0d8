import type { Check, Findings } from './findings.js';
import type { HostFacts, Mount } from './schemas.js';

const GIB = 2 ** 30;
const FEW_BYTES = GIB;
const FEW_INODES = 10_000;
/** NFS's own defaults go up to 60 s. */
const LONG_CACHE_S = 60;
const SKEW_MS = 2_000;

/** Other hosts do not see these. */
const ONE_HOST = new Set([
  'tmpfs',
  'ramfs',
  'overlay',
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'zfs',
  'f2fs',
  'vfat',
  'exfat',
  'ntfs3',
  'fuseblk',
  'bcachefs',
]);
const FORGETFUL = new Set(['tmpfs', 'ramfs']);

/** What the hosts say about their mounts, space and clocks. */
export function judgeHosts(findings: Findings): Check[] {
  const { hosts, asyncExport } = findings;
  const several = hosts.length > 1;
  return [
    ...hosts.flatMap((host) => judgeMount(host, several)),
    ...(asyncExport === undefined ? [] : [asyncWarning(asyncExport)]),
    ...judgeSpace(hosts[0]),
    ...judgeClocks(hosts),
  ];
}

function judgeMount({ host, mount }: HostFacts, several: boolean): Check[] {
  const id = 'mount';
  const what = several ? `filesystem on ${host}` : 'filesystem';
  if (!mount) return [{ id, what, result: 'unknown', means: 'this system does not tell', grade: 'note' }];
  const result = `${mount.type}, ${mount.source} on ${mount.at}`;
  const means = ONE_HOST.has(mount.type)
    ? `for workers on ${several ? 'hosts that share it' : 'this host'}${FORGETFUL.has(mount.type) ? '; gone with a reboot' : ''}`
    : 'shared with other hosts';
  const strange = several && ONE_HOST.has(mount.type);
  return [{ id, what, result, means, grade: strange ? 'note' : 'good' }, ...judgeOptions(what, mount)];
}

function judgeOptions(of: string, mount: Mount): Check[] {
  const what = of.replace('filesystem', 'mount option');
  const isReadOnly = mount.options.includes('ro');
  const readOnly: Check = {
    id: 'mount-option',
    what,
    result: 'ro',
    means: 'workers cannot write here',
    grade: 'bad',
  };
  const risky = [...riskyOptions(mount)].map(([result, means]): Check => ({
    id: 'mount-option',
    what,
    result,
    means,
    grade: 'warning',
  }));
  return isReadOnly ? [readOnly, ...risky] : risky;
}

/** Of network filesystems. */
function* riskyOptions({ type, options }: Mount): Generator<readonly [option: string, means: string]> {
  if (!/^(nfs|cifs|smb)/.test(type)) return;
  for (const option of options) {
    if (option === 'soft' || option === 'softerr')
      yield [option, 'a slow server gives errors; records wait and are tried again, but hard is better'];
    if (option === 'nolock' || /^local_lock=(all|flock|posix)$/.test(option))
      yield [option, 'locks of other programs hold on one host only; cooperate needs none'];
    if (option === 'nocto') yield [option, 'old contents are shown for long'];
    if (isLongCache(option)) yield [option, 'changes are seen late'];
  }
}

function isLongCache(option: string): boolean {
  const [, seconds] = /^(?:actimeo|ac(?:reg|dir)(?:min|max))=(\d+)$/.exec(option) ?? [];
  return Number(seconds ?? 0) > LONG_CACHE_S;
}

function asyncWarning(path: string): Check {
  const means = 'what clients were told is durable is lost when this server goes down';
  return { id: 'export', what: 'NFS export', result: `${path} is async`, means, grade: 'warning' };
}

function judgeSpace(host: HostFacts | undefined): Check[] {
  const space = host?.space;
  if (!space) return [];
  const { freeBytes, bytes, freeInodes, inodes } = space;
  const isFull = freeBytes <= 0 || (inodes > 0 && freeInodes <= 0);
  const isLow = freeBytes < FEW_BYTES || (inodes > 0 && freeInodes < FEW_INODES);
  const files = inodes > 0 ? `; ${freeInodes.toLocaleString('en-US')} files` : '';
  const means = isFull
    ? 'nothing can be recorded'
    : isLow
      ? 'soon full; records then wait'
      : 'enough for records and logs';
  return [
    {
      id: 'space',
      what: 'free space',
      result: `${size(freeBytes)} of ${size(bytes)}${files}`,
      means,
      grade: isFull ? 'bad' : isLow ? 'warning' : 'good',
    },
  ];
}

function size(bytes: number): string {
  if (bytes >= 10 * GIB) return `${Math.floor(bytes / GIB).toLocaleString('en-US')} GiB`;
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.floor(bytes / 2 ** 20)} MiB`;
}

/** Nothing depends on it; people who compare logs of two hosts want to know. */
function judgeClocks(hosts: readonly HostFacts[]): Check[] {
  const ahead = hosts.flatMap(({ host, clockMs }) => (clockMs === undefined ? [] : [{ host, clockMs }]));
  const [first] = ahead;
  if (!first) return [];
  const means = 'nothing depends on it';
  const server = spread(ahead.map(({ clockMs }) => clockMs).concat(0));
  const checks: Check[] = [check('clock-server', 'clocks, hosts and server', server, means)];
  if (ahead.length > 1)
    checks.push(
      check('clock-hosts', 'clocks, between hosts', spread(ahead.map(({ clockMs }) => clockMs)), means),
    );
  return checks;
}

function check(id: string, what: string, ms: number, means: string): Check {
  const result = ms < SKEW_MS ? 'agree within 2 s' : `${Math.round(ms / 1000).toLocaleString('en-US')} s apart`;
  return { id, what, result, means, grade: ms < SKEW_MS ? 'good' : 'note' };
}

function spread(all: readonly number[]): number {
  return Math.max(...all) - Math.min(...all);
}
