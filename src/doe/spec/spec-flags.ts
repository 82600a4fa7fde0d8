import { plainName } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';
import { argvOf } from './spec-block.js';
import { isFull, spaceOf } from './spec-factors.js';
import { checkedSpec, type FactorSpec, type Spec } from './spec-schema.js';
import { parseFactor, parseSpace, spaceText } from '../factors/spelling.js';
import { shortened } from '../factors/spelling-items.js';
import { nearest } from '../suggest.js';

/** The options of `cooperate doe` that make a spec, as they were parsed. */
export interface DoeFlags {
  /** NAME=SPACE */
  readonly set: readonly string[];
  readonly design?: string;
  /** 64, or 64+32. */
  readonly runs?: string;
  readonly seed?: number;
  readonly scramble?: boolean;
  readonly centers?: number;
  /** a=1,b=2 */
  readonly baseline?: string;
  readonly where: readonly string[];
  /** NAME=EXPRESSION */
  readonly when: readonly string[];
  /** 3, or seed=1..3. */
  readonly repeat?: string;
  /** STYLE or NAME=STYLE */
  readonly as: readonly string[];
  readonly order?: string;
  readonly command: readonly string[];
}

/** Throws `DesignProblem`. */
export function specOfFlags(flags: DoeFlags): Spec {
  const { design, runs, seed, scramble, centers, baseline, where, repeat, order, command } = flags;
  const style = flags.as.findLast((text) => !text.includes('='));
  const given = {
    command: command.length === 0 ? undefined : [...command],
    factors: factorsOf(flags),
    design,
    runs: runs === undefined ? undefined : wholeOr(runs),
    centers,
    baseline: baseline === undefined ? undefined : readBaseline(baseline),
    where: where.length === 0 ? undefined : [...where],
    repeat: repeat === undefined ? undefined : wholeOr(repeat),
    as: style,
    seed,
    scramble: scramble === false ? false : undefined,
    order,
  };
  return checkedSpec(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

/** A number where it is one, and else as it was typed. */
function wholeOr(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

interface FlagFactor {
  readonly name: string;
  readonly space: string;
  as?: string;
  when?: string;
}

function factorsOf({ set, as, when }: DoeFlags): Record<string, unknown> | undefined {
  const factors: FactorMap = new Map();
  for (const text of set) {
    const { name } = parseFactor(text, 'option');
    if (factors.has(plainName(name)))
      throw new DesignProblem(`There are two --set for ${name}.`, 'Put all its values into one.');
    factors.set(plainName(name), { name, space: afterEquals(text) });
  }
  for (const text of as) if (text.includes('=')) factorIn(factors, '--as', text).as = afterEquals(text);
  for (const text of when) factorIn(factors, '--when', text).when = afterEquals(text);
  if (factors.size === 0) return undefined;
  return Object.fromEntries(
    [...factors.values()].map(({ name, ...rest }) => [name, Object.keys(rest).length > 1 ? rest : rest.space]),
  );
}

type FactorMap = Map<string, FlagFactor>;

function afterEquals(text: string): string {
  return text.slice(text.indexOf('=') + 1).trim();
}

/** The factor that NAME=... is about. */
function factorIn(factors: FactorMap, option: string, text: string): FlagFactor {
  const equals = text.indexOf('=');
  if (equals < 0)
    throw new DesignProblem(
      `${option} ${shortened(text)} does not say which factor it is for.`,
      `Begin with its name: ${option} 'momentum=optimizer == "sgd"'.`,
    );
  const name = plainName(text.slice(0, equals).trim());
  const factor = factors.get(name);
  if (factor) return factor;
  const known = [...factors.keys()];
  const meant = nearest(name, known);
  throw new DesignProblem(
    `${option} ${shortened(text)} is for a factor ${name}, but there is no --set for it.`,
    meant ? `Did you mean ${meant}?` : `The factors are ${known.join(', ') || 'none'}.`,
  );
}

/** NAME=VALUE, with quotes around a value that has a comma in it. */
const BASE = /\s*([^\s=,]+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^,]*?)\s*(?:,|$)/sy;

function readBaseline(text: string): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (let at = 0; at < text.length || at === 0; at = BASE.lastIndex) {
    BASE.lastIndex = at;
    const [, name, typed] = BASE.exec(text) ?? [];
    if (name === undefined || typed === undefined)
      throw new DesignProblem(
        `The baseline ${shortened(JSON.stringify(text))} cannot be read from ${shortened(JSON.stringify(text.slice(at)))} on.`,
        "Write for example --baseline lr=0.1,name='a, b'.",
      );
    if (values.has(name))
      throw new DesignProblem(`The baseline has two values for ${name}.`, 'Take one of them out.');
    values.set(name, baseValue(name, typed));
  }
  return Object.fromEntries(values);
}

function baseValue(name: string, typed: string): unknown {
  const space = parseSpace(name, typed);
  const [value, ...more] = space.is === 'values' ? space.values : space.is === 'groups' ? space.groups : [];
  if (value === undefined || more.length > 0)
    throw new DesignProblem(
      `The baseline of ${name} is ${shortened(typed)}, which is not one value.`,
      'Give one of its values.',
    );
  return typeof value === 'object' ? value.join(' ') : value;
}

/**
 * The arguments after `cooperate doe exp.json` that make the same experiment; undefined for a spec with blocks, which
 * cannot be said in flags.
 */
export function flagsOf(spec: Spec): string[] | undefined {
  if (spec.blocks) return undefined;
  const { factors = {}, where = [], baseline } = spec;
  const named = Object.entries(factors);
  const full = named.flatMap(([name, factor]) => (isFull(factor) ? [{ name, ...factor }] : []));
  return [
    ...named.flatMap(([name, factor]) => ['--set', `${name}=${spellingOf(name, factor)}`]),
    ...full.flatMap(({ name, when }) => option('--when', when && `${name}=${when}`)),
    ...option('--design', spec.design),
    ...option('--runs', spec.runs),
    ...option('--centers', spec.centers),
    ...option('--baseline', spellBaseline(baseline)),
    ...[where].flat().flatMap((text) => option('--where', text)),
    ...option('--repeat', spec.repeat),
    ...option('--as', spec.as),
    ...full.flatMap(({ name, as }) => option('--as', as && `${name}=${as}`)),
    ...option('--seed', spec.seed),
    ...(spec.scramble === false ? ['--no-scramble'] : []),
    ...option('--order', spec.order),
    '--',
    ...argvOf(spec.command ?? []),
  ];
}

function option(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

/** As it was typed where it was. */
function spellingOf(name: string, factor: FactorSpec): string {
  const space = isFull(factor) ? factor.space : factor;
  return typeof space === 'string' ? space : spaceText(spaceOf(name, space));
}

function spellBaseline(baseline: Spec['baseline'] = {}): string | undefined {
  const values = Object.entries(baseline).map(
    ([name, value]) => `${name}=${spaceText({ is: 'values', values: [value] })}`,
  );
  return values.length === 0 ? undefined : values.join(',');
}
