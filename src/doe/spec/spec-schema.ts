import * as z from 'zod/mini';
import { ORDERS, STYLES } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';
import { DESIGN_SPELLINGS } from './spec-design.js';
import { specProblem } from './spec-problems.js';

/*
 * A spec is what a person writes, by flags, in a file or by answering: plain JSON in all three. What stands here is
 * its shape; what its parts mean together is decided in `spec.ts`.
 */

/** What an editor shows beside a key. */
const descriptions = z.registry<{ description: string }>();

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  descriptions.add(schema, { description });
  return schema;
}

/** Numbers that are finite, as those of a command have to be. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const values = z.array(scalar).check(z.minLength(1));
const groups = z.array(z.array(scalar)).check(z.minLength(1));
const wholeNumber = (least: number) => z.int().check(z.minimum(least));

const SPACE =
  'Its values: a spelling (log:A..B:N, lin:A..B:N, A..B, A..B:STEP, a,b,c, flag, uniform:A..B, loguniform:A..B, int:A..B, normal:MEAN,SD), a list of values, or a list of groups of arguments.';
const space = described(z.union([scalar, values, groups]), SPACE);

const factorKeys = {
  space,
  as: z.exactOptional(described(z.enum(STYLES), 'How it enters the command, where not as the others do.')),
  when: z.exactOptional(
    described(z.string(), 'It takes part only in runs where this holds: optimizer == "sgd".'),
  ),
};
const factor = described(z.union([...space.def.options, z.strictObject(factorKeys)]), SPACE);

/** What a block can say, besides its factors. */
const common = {
  command: z.exactOptional(
    described(
      z.union([z.string(), z.array(scalar).check(z.minLength(1))]),
      'What runs, split as a shell does, or a list of its words. {name} places a factor within it; the others follow at the end.',
    ),
  ),
  design: z.exactOptional(
    described(
      z.union([z.enum(DESIGN_SPELLINGS), z.string().check(z.regex(/^fractional:.*\S/s))]),
      'How the values are combined; factorial unless said otherwise.',
    ),
  ),
  runs: z.exactOptional(
    described(
      z.union([wholeNumber(1), z.string().check(z.regex(/^[1-9]\d{0,14}(?:\+[1-9]\d{0,14})*$/))]),
      'How many runs, for the designs random, lhs, sobol and halton; 64+32 for 64 that 32 were added to.',
    ),
  ),
  centers: z.exactOptional(
    described(wholeNumber(0), 'Centre points of the designs ccd and box-behnken; 1 unless said otherwise.'),
  ),
  baseline: z.exactOptional(
    described(
      z.record(z.string(), scalar),
      'For the design oat: the value of each factor while another one varies; the first where none is given.',
    ),
  ),
  where: z.exactOptional(
    described(
      z.union([z.string(), z.array(z.string())]),
      'Only runs where this holds, or all of these: lr * batch < 1.',
    ),
  ),
  repeat: z.exactOptional(
    described(
      z.union([wholeNumber(1), z.string().check(z.regex(/=/))]),
      'Every run so often, or once with each value of one more factor: seed=1..3.',
    ),
  ),
  as: z.exactOptional(
    described(
      z.enum(STYLES),
      'How factors enter the command: --lr 1, --lr=1, lr=1, or 1; option unless said otherwise.',
    ),
  ),
};

const blockKeys = {
  ...common,
  factors: z.exactOptional(
    described(
      z.record(z.string(), z.nullable(factor)),
      'Factors of this block beside those at the top, or instead of one of the same name; null takes one out.',
    ),
  ),
};

const specKeys = {
  $schema: z.exactOptional(z.string()),
  ...common,
  factors: z.exactOptional(
    described(z.record(z.string(), factor), 'What varies: names as the command has them, and their values.'),
  ),
  seed: z.exactOptional(
    described(
      wholeNumber(0).check(z.maximum(1e15 - 1)),
      'Of everything that is drawn; 0 unless said otherwise.',
    ),
  ),
  scramble: z.exactOptional(
    described(z.boolean(), 'Whether Sobol and Halton points are scrambled; true unless said otherwise.'),
  ),
  order: z.exactOptional(
    described(
      z.enum(ORDERS),
      'The order of the runs; balanced: stopping at any time leaves a usable design. as-given unless said otherwise.',
    ),
  ),
  blocks: z.exactOptional(
    described(
      z.array(z.strictObject(blockKeys)).check(z.minLength(1)),
      'Several designs in one schedule. Each has what stands at the top, and overrides what it says itself.',
    ),
  ),
};
const specSchema = described(
  z.strictObject(specKeys),
  'Experiments for `cooperate doe exp.json --spec`: a command, its factors, and how they are combined.',
);

const KEYS = {
  spec: Object.keys(specKeys),
  block: Object.keys(blockKeys),
  factor: Object.keys(factorKeys),
};

export type Spec = z.infer<typeof specSchema>;
export type BlockSpec = NonNullable<Spec['blocks']>[number];
export type FactorSpec = z.infer<typeof factor>;
export type SpaceSpec = z.infer<typeof space>;

/** A value that came from outside as a spec. Throws `DesignProblem` that names what is wrong by its path. */
export function checkedSpec(value: unknown): Spec {
  const { data, error } = specSchema.safeParse(value);
  if (error) throw specProblem(value, error.issues, KEYS);
  return withEveryName(value as Spec, data);
}

/** The library leaves this one name out without a word. */
function withEveryName(given: Spec, spec: Spec): Spec {
  const maps = [given, ...(given.blocks ?? [])].flatMap(({ factors, baseline }) => [factors, baseline]);
  if (maps.every((map) => !map || !Object.hasOwn(map, '__proto__'))) return spec;
  throw new DesignProblem('A factor cannot be named __proto__.', 'Give it another name.');
}

/** The JSON Schema (draft 7, which editors know best) that is published as `schema/spec.json`. */
export function specJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(specSchema, { target: 'draft-07', metadata: descriptions });
  return { $schema, $id: 'cooperate/schema/spec.json', title: 'cooperate spec', ...schema };
}
