import type { Check, Findings, Grade } from './findings.js';
import type { Race } from './race.js';
import type { RaceName } from './schemas.js';

/** What it is called, and what it means to have two winners. */
const RACES: Readonly<Record<RaceName, { what: string; good: string; two: string; grade: Grade }>> = {
  link: { what: 'link', good: 'cells are hard links', two: 'cells are folders instead', grade: 'warning' },
  rename: {
    what: 'rename of a folder',
    good: 'one holder of the lock',
    two: 'the lock may have two holders',
    grade: 'bad',
  },
  mkdir: { what: 'mkdir', good: 'as it should be', two: 'nothing is safe here', grade: 'bad' },
  exclusive: {
    what: 'O_EXCL',
    good: 'not relied on',
    two: 'not relied on; other programs may',
    grade: 'note',
  },
};

export function judgeRaces(findings: Findings): Check[] {
  const { races } = findings;
  const checks: Check[] = [];
  for (const [name, race] of Object.entries(races)) checks.push(judgeRace(name as RaceName, race, findings));
  checks.push(judgeWhole(findings));
  return checks;
}

function judgeRace(name: RaceName, race: Race, { processes, hosts }: Findings): Check {
  const { what, good, two, grade } = RACES[name];
  const among = hosts.length > 1 ? `${hosts.length} hosts` : `${processes} processes`;
  const { names, twoWinners, noWinner } = race;
  const errors = Object.entries(race.errors).map(([code, times]) => `${code} ${times} times`);
  const base = { id: `race-${name}`, what: `${what}, who wins` };
  if (names === 0)
    return {
      ...base,
      result: ['was not tried', ...errors].join(', '),
      means: 'nothing is known',
      grade: 'note',
    };
  if (twoWinners > 0)
    return { ...base, result: `two winners, ${twoWinners} of ${names} names`, means: two, grade };
  // A reply that got lost looks like a name without a winner: the cells find out by looking whose it is.
  const nobody = noWinner > 0 ? [`nobody ${noWinner} times`] : [];
  return {
    ...base,
    result: [`one winner, ${names} names, ${among}`, ...nobody, ...errors].join(', '),
    means: noWinner > 0 ? 'replies get lost; that is allowed for' : good,
    grade: noWinner > 0 || errors.length > 0 ? 'note' : 'good',
  };
}

function judgeWhole({ replaced: { replaced, reads, torn, errors } }: Findings): Check {
  const missing = errors['ENOENT'] ?? 0;
  const others = Object.entries(errors).filter(([code]) => code !== 'ENOENT');
  const isBad = torn + missing > 0;
  return {
    id: 'replace',
    what: 'a file replaced while read',
    result: isBad
      ? `${torn} torn, ${missing} missing of ${reads} reads`
      : [
          `whole in ${reads} reads, ${replaced} times replaced`,
          ...others.map(([code, n]) => `${code} ${n} times`),
        ].join(', '),
    means: isBad ? 'readers would see half a schedule' : 'any reader sees a whole schedule',
    grade: isBad ? 'bad' : others.length > 0 ? 'note' : 'good',
  };
}
