import { plainName, type Experiment } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';
import { blockOf } from './spec-block.js';
import { checkNames, mergedFactors } from './spec-factors.js';
import { at, pathText, type Path } from './spec-path.js';
import { checkedSpec, type BlockSpec, type Spec } from './spec-schema.js';

/** What stands behind each key that is not given: a factorial design, each run once, as given, seed 0, scrambled. */
const DEFAULTS = { order: 'as-given', seed: 0, scramble: true } as const;

/**
 * What a spec means, checked as far as no single design has to be made for it. Throws `SpecProblem`, or
 * `DesignProblem` for what is no spec at all.
 */
export function experimentOf(given: Spec): Experiment {
  const spec = checkedSpec(given);
  checkNames(Object.keys(spec.factors ?? {}));
  const { order, seed, scramble } = { ...DEFAULTS, ...spec };
  const blocks = spec.blocks?.map((own, index) => blockIn(spec, own, index)) ?? [blockIn(spec)];
  return { blocks, order, seed, scramble };
}

/** A block has what stands at the top, and what it says itself instead. */
function blockIn(top: Spec, own?: BlockSpec, index = 0): Experiment['blocks'][number] {
  const here = ['blocks', index];
  const ownFactors = own?.factors ?? {};
  at(here, () => {
    checkNames(Object.keys(ownFactors));
  });
  const inherited = top.factors ?? {};
  return blockOf({
    keys: { ...top, ...own },
    factors: at(here, () => mergedFactors(inherited, ownFactors)),
    namesAtTop: Object.keys(inherited).map(plainName),
    says: (key) => own === undefined || Object.hasOwn(own, key),
    at([key, name, ...rest], work) {
      const path = [key, ...(name === undefined ? [] : [name]), ...rest];
      const isFactor = key === 'factors' && name !== undefined;
      const isInherited = isFactor
        ? !Object.hasOwn(ownFactors, name)
        : !Object.hasOwn(own ?? {}, key) && Object.hasOwn(top, key);
      if (own === undefined) return at(path, work);
      return isInherited ? at(path, () => inheriting(here, work)) : at([...here, ...path], work);
    },
  });
}

/** For a problem that stands at the top but is one in this block alone. */
function inheriting<T>(block: Path, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    throw new DesignProblem(`${error.problem} ${pathText(block)} inherits it.`, error.remedy);
  }
}
