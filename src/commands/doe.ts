import { sidecarOf } from '../claim/sidecar.js';
import type { Experiment } from '../doe/experiment.js';
import { boundOf, planOf, type Plan } from '../doe/plan.js';
import { DesignProblem } from '../doe/designs/points.js';
import { experimentOf } from '../doe/spec/spec.js';
import { checkedSpec, type Spec } from '../doe/spec/spec-schema.js';
import { specOfFlags, type DoeFlags } from '../doe/spec/spec-flags.js';
import { specIn } from '../doe/spec/spec-text.js';
import { Failure } from '../failure.js';
import { keptDesigns, recordIn, type DesignRecord } from '../journal/designs.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { readSchedule } from '../schedule/file.js';

/** Without being told so, no schedule longer than this is written. */
const MOST_RUNS = 10_000;
/** A plan keeps a few numbers for each point. */
const MOST_POINTS = 20_000_000;

export type KeptDesign = DesignRecord & { readonly spec: Spec; readonly path: string };

/** A spec with the runs that it makes. */
export interface Designed {
  readonly spec: Spec;
  readonly plan: Plan;
  /** The plan that it has grown from: its runs were written before. */
  readonly before?: Plan;
}

/** Turns a spec into its runs; `many` says that more than ten thousand are meant. */
export function design(spec: Spec, many: boolean): Designed {
  return explained(() => {
    const experiment = experimentOf(spec);
    checkSize(boundOf(experiment), many);
    // With the seed where one counts, so that what is kept makes the same runs should the default ever change.
    const kept = isDrawn(experiment) ? { ...spec, seed: experiment.seed } : spec;
    return { spec: kept, plan: planOf(experiment) };
  });
}

function isDrawn({ blocks, order }: Experiment): boolean {
  return order !== 'as-given' || blocks.some(({ runs }) => runs !== undefined);
}

function checkSize(runs: number, many: boolean): void {
  if (runs > MOST_POINTS)
    throw new DesignProblem(
      `This design has ${inWords(runs)} points; more than ${inWords(MOST_POINTS)} cannot be gone through.`,
      'Take fewer values, or a sample of them: --design random --runs 1000.',
    );
  if (runs > MOST_RUNS && !many)
    throw new DesignProblem(
      `This design makes up to ${inWords(runs)} runs.`,
      'Give --yes if that is what you want, or --design random --runs 1000 for a sample of them.',
    );
}

/** Whether it takes a yes. */
export function isMany(spec: Spec): boolean {
  return explained(() => boundOf(experimentOf(spec))) > MOST_RUNS;
}

function inWords(count: number): string {
  return Number.isSafeInteger(count) ? count.toLocaleString('en-US') : count.toExponential(1);
}

export function specOf(flags: DoeFlags): Spec {
  return explained(() => specOfFlags(flags));
}

/** The spec in a YAML or JSON file, or in a record that the sidecar keeps. */
export async function readSpec(fs: FileSystem, path: string): Promise<Spec> {
  try {
    const { bytes } = await fs.read(path);
    const record = recordIn(bytes);
    return explained(() => (record ? checkedSpec(record.spec) : specIn(bytes.toString('utf8'), path)));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = errorCode(error) ?? 'unknown';
    if (code !== 'ENOENT' && code !== 'EISDIR')
      throw new Failure({ reason: 'filesystem', code, operation: 'read the spec', path }, { cause: error });
    throw new Failure({
      reason: 'usage',
      problem: code === 'ENOENT' ? `There is no spec file ${path}.` : `${path} is a folder, not a spec file.`,
      remedy: 'Check the name; docs/doe.md shows what stands in one.',
    });
  }
}

/** How a schedule was generated and added to, oldest first. */
export async function designsOf(fs: FileSystem, schedule: string): Promise<KeptDesign[]> {
  const records = await keptDesigns(fs, sidecarOf(await fs.realPath(schedule).catch(() => schedule)));
  if (records.length > 0)
    return records.map((record) => ({ ...record, spec: explained(() => checkedSpec(record.spec)) }));
  throw new Failure({
    reason: 'usage',
    problem: `Nothing is known about how ${schedule} was made: it was written by hand, or its records are gone.`,
    remedy: 'Make one, or add to it, by: cooperate doe FILE --append --set name=values -- command',
  });
}

/** The next `runs` points of the sampled design that made the schedule, or was last added to it. */
export async function grow(fs: FileSystem, schedule: string, runs: string, many: boolean): Promise<Designed> {
  // What was made before is not made again, so there has to be something that it is in.
  await readSchedule(fs, schedule);
  explained(() => checkedSpec({ runs: /^\d+$/.test(runs) ? Number(runs) : runs }));
  const designs = await designsOf(fs, schedule);
  const spec = designs.findLast(({ spec }) => !spec.blocks && spec.runs !== undefined)?.spec;
  if (!spec) throw noNextPoints(schedule, (designs.at(-1) as KeptDesign).spec);
  const before = design(spec, true).plan;
  return { ...design({ ...spec, runs: `${spec.runs as string | number}+${runs}` }, many), before };
}

function noNextPoints(schedule: string, { blocks, design = 'factorial' }: Spec): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${schedule} was made by ${blocks ? 'several blocks' : `a ${design} design`}, which has no next points.`,
    remedy: 'Say what to add: --append --set name=values ... -- command',
  });
}

/** A design that cannot be made is the user's to mend. */
export function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    throw new Failure({ reason: 'usage', problem: error.problem, remedy: error.remedy }, { cause: error });
  }
}
