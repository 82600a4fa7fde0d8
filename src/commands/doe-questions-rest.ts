import { ORDERS, plainName, STYLES, type Order, type Style } from '../doe/experiment.js';
import { compileCondition } from '../doe/expressions/expression.js';
import { parseFactor } from '../doe/factors/spelling.js';
import type { Choice } from '../ports/terminal.js';
import { askList, problemOf, wholeNumber, type Asking } from './doe-questions-form.js';

/** What a spec says beyond the original's questions. */
export interface RestAnswers {
  readonly where?: string[];
  readonly repeat?: number | string;
  readonly order?: Order;
  readonly seed?: number;
  readonly as?: Style;
}

export const WHERE_LIST = 'where';

const REPEAT_ONCE = '1';
const SEED = '0';

const ORDER_CHOICES: readonly Choice[] = choicesOf(ORDERS, {
  'as-given': 'the last option changes fastest',
  shuffled: 'at random',
  balanced: 'stopping early leaves a usable design',
});

const STYLE_CHOICES: readonly Choice[] = choicesOf(STYLES, {
  option: '--lr 0.1',
  equals: '--lr=0.1',
  bare: 'lr=0.1',
  positional: '0.1',
});

/** Conditions, repeats, order, seed, and how values are typed; only what is not as by default comes back. */
export function* theRest(names: readonly string[]): Asking<RestAnswers> {
  const known = names.map(plainName);
  const where = yield* askList({
    name: WHERE_LIST,
    text: (place) => `Condition ${place} on runs`,
    hint: 'such as lr * batch < 1; empty: none',
    check: (item) => problemOf(() => compileCondition(item, known)),
  });
  const repeat = yield {
    id: 'repeat',
    text: 'How often each run',
    hint: 'or once for each value, such as seed=1..3',
    check: (answer) =>
      answer.includes('=') ? problemOf(() => parseFactor(answer, 'option')) : wholeNumber(1)(answer),
    suggestion: REPEAT_ONCE,
  };
  const order = yield { id: 'order', text: 'In which order', choices: ORDER_CHOICES, suggestion: ORDERS[0] };
  const seed = yield {
    id: 'seed',
    text: 'Seed of what is drawn',
    check: wholeNumber(0),
    suggestion: SEED,
  };
  const style = yield {
    id: 'style',
    text: 'How options are typed',
    choices: STYLE_CHOICES,
    suggestion: STYLES[0],
  };
  return {
    ...(where.length > 0 ? { where } : {}),
    ...(repeat === REPEAT_ONCE ? {} : { repeat: repeat.includes('=') ? repeat : Number(repeat) }),
    ...(order === ORDERS[0] ? {} : { order: order as Order }),
    ...(seed === SEED ? {} : { seed: Number(seed) }),
    ...(style === STYLES[0] ? {} : { as: style as Style }),
  };
}

function choicesOf<Name extends string>(names: readonly Name[], descriptions: Record<Name, string>): Choice[] {
  return names.map((name) => ({ value: name, name, description: descriptions[name] }));
}
