/** What a mount shows late, by the table of docs/protocol.md; times in milliseconds. */
export interface Profile {
  readonly name: string;
  /** A name that was looked for and not there is believed to be missing for as long. */
  readonly negativeMs: number;
  /** The content behind a name may be as old. */
  readonly contentMs: number;
  /** A directory's names may be as old. */
  readonly namesMs: number;
  /** What the loser of a race for a link is told. */
  readonly loser: 'EEXIST' | 'EPERM';
  /** Hard links that a file may have. */
  readonly links: number;
}

const LOCAL: Profile = {
  name: 'local',
  negativeMs: 0,
  contentMs: 0,
  namesMs: 0,
  loser: 'EEXIST',
  links: Infinity,
};

/** What most clusters have. */
export const NFS: Profile = { ...LOCAL, name: 'nfs', negativeMs: 30_000 };

export const PROFILES: readonly Profile[] = [
  LOCAL,
  NFS,
  { ...LOCAL, name: 'glusterfs', contentMs: 1_000, links: 100 },
  { ...LOCAL, name: 'sshfs', namesMs: 20_000, loser: 'EPERM' },
  { ...LOCAL, name: 'no links', links: 1 },
];
