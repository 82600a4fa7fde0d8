import { levelsOf, quantile, sizeOf } from '../doe/factors/levels.js';
import { numberText } from '../doe/factors/number.js';
import { parseSpace, spaceText } from '../doe/factors/spelling.js';
import { NUMBER, numberOf } from '../doe/factors/spelling-items.js';
import type { Check, Choice } from '../ports/terminal.js';
import { askList, problemOf, type Asking } from './doe-questions-form.js';

/** A kind of values that numbers are asked for, one after another. */
interface Kind {
  readonly description: string;
  readonly parts: readonly Part[];
  /** The spelling, of all its parts. */
  readonly spell: (parts: readonly string[]) => string;
}

interface Part {
  readonly text: string;
  /** Suggested, and taken for granted while an earlier part is checked. */
  readonly suggest: (before: readonly string[]) => string;
}

const part = (text: string, suggestion: string | ((before: readonly string[]) => string)): Part => ({
  text,
  suggest: typeof suggestion === 'string' ? () => suggestion : suggestion,
});

const low = (suggestion: string) => part('Low end', suggestion);
/** The suggestion where it lies above the low end, or else something that does; for a logarithm on its side of 0. */
const high = (suggestion: string, isLog = false) =>
  part('High end', ([from = '']) => {
    const least = numberOf(from);
    if (isLog && least < 0) return numberText(least / 10);
    if (least < Number(suggestion)) return suggestion;
    return numberText(least * 10);
  });
const span = (parts: readonly string[]) => `${parts[0] ?? ''}..${parts[1] ?? ''}`;

/** In the original's order, then the others. */
const KINDS: Readonly<Record<string, Kind>> = {
  log: {
    description: 'even steps in the logarithm: 0.001, 0.01, 0.1',
    parts: [low('0.0001'), high('0.1', true), part('Number of steps', '4')],
    spell: (parts) => `log:${span(parts)}:${parts[2] ?? ''}`,
  },
  linear: {
    description: 'even steps: 0, 0.25, 0.5, 0.75, 1',
    parts: [low('0'), high('1'), part('Number of steps', '5')],
    spell: (parts) => `lin:${span(parts)}:${parts[2] ?? ''}`,
  },
  range: {
    description: 'from low to high by a step: 16, 32, 48',
    parts: [
      low('1'),
      high('10'),
      part('Step', ([from = '', to = '']) => (numberOf(to) < numberOf(from) ? '-1' : '1')),
    ],
    spell: (parts) => `${span(parts)}:${parts[2] ?? ''}`,
  },
  uniform: {
    description: 'drawn: any number from low to high (for sampled designs)',
    parts: [low('0'), high('1')],
    spell: (parts) => `uniform:${span(parts)}`,
  },
  loguniform: {
    description: 'drawn: the same, evenly in the logarithm',
    parts: [low('0.0001'), high('0.1', true)],
    spell: (parts) => `loguniform:${span(parts)}`,
  },
  int: {
    description: 'drawn: a whole number from low to high',
    parts: [low('1'), high('10')],
    spell: (parts) => `int:${span(parts)}`,
  },
  normal: {
    description: 'drawn: around a mean',
    parts: [
      part('Mean', '0'),
      part('Standard deviation', ([mean = '']) => numberText(Math.abs(numberOf(mean)) / 10 || 1)),
    ],
    spell: (parts) => `normal:${parts.join(',')}`,
  },
};

const described = (names: readonly string[]): Choice[] =>
  names.map((name) => ({ value: name, name, description: KINDS[name]?.description ?? '' }));

const CHOICES: readonly Choice[] = [
  ...described(['log', 'linear']),
  { value: 'manual', name: 'manual', description: 'values, one a line' },
  ...described(['range']),
  { value: 'flag', name: 'flag', description: 'the option alone, or nothing' },
  {
    value: 'groups',
    name: 'groups',
    description: 'whole groups of arguments, one a line: --sgd --momentum 0.9',
  },
  ...described(['uniform', 'loguniform', 'int', 'normal']),
];

/** Asks for the values of an option; returns them as they are spelled: `log:1e-4..1e-1:4`. */
export function* theValues(name: string): Asking<string> {
  const answer = yield {
    id: valuesId(name),
    factor: name,
    text: `Values of ${name}`,
    hint: 'or type them: log:1e-4..1e-1:4',
    choices: CHOICES,
    typed: (words) =>
      problemOf(() => parseSpace(name, words)) ?? {
        value: words,
        name: words,
        description: valuesShown(name, words),
      },
    suggestion: 'log',
  };
  return yield* theSpelling(name, answer);
}

function valuesId(name: string): string {
  return `values of ${name}`;
}

function* theSpelling(name: string, answer: string): Asking<string> {
  if (answer === 'manual') return yield* theList(name, 'Value');
  if (answer === 'groups') return yield* theList(name, 'Group');
  const kind = Object.hasOwn(KINDS, answer) ? KINDS[answer] : undefined;
  return kind ? yield* theNumbers(name, answer, kind) : answer;
}

function* theNumbers(name: string, kindName: string, { parts, spell }: Kind): Asking<string> {
  const numbers: string[] = [];
  for (const { text, suggest } of parts) {
    const before = [...numbers];
    const check: Check = (answer) => {
      if (!IS_NUMBER.test(answer) || !Number.isFinite(numberOf(answer)))
        return `A number, please, such as ${suggest(before)}.`;
      const tried = [...before, answer];
      for (const later of parts.slice(tried.length)) tried.push(later.suggest(tried));
      return problemOf(() => parseSpace(name, spell(tried)));
    };
    numbers.push(
      yield {
        id: `${valuesId(name)} ${kindName} ${text}`,
        text: `${text} of ${name}`,
        check,
        suggestion: suggest(before),
      },
    );
  }
  return spell(numbers);
}

const IS_NUMBER = new RegExp(`^${NUMBER}$`);

function* theList(name: string, what: 'Value' | 'Group'): Asking<string> {
  const spell = what === 'Value' ? spellValues : spellGroups;
  const items = yield* askList({
    name: `${valuesId(name)} ${what}`,
    text: (place) => `${what} ${place} of ${name}`,
    hint: what === 'Value' ? 'one a line' : 'arguments as in a shell',
    least: 1,
    check: (item, before) => problemOf(() => parseSpace(name, spell(name, [...before, item]))),
  });
  return spell(name, items);
}

/** One value a line, also where it would be taken for several, or for a range, elsewhere. */
function spellValues(name: string, items: readonly string[]): string {
  const levels = items.map((item) => {
    const single = problemOf(() => parseSpace(name, item)) === undefined ? parseSpace(name, item) : undefined;
    const isValue = single?.is === 'values' && single.values.length === 1;
    return isValue ? levelsOf({ name, space: single, style: 'option' })[0] : undefined;
  });
  const values = items.map((item, i) => levels[i]?.value ?? item);
  return spaceText({ is: 'values', values, texts: items.map((item, i) => levels[i]?.text ?? item) });
}

function spellGroups(_name: string, items: readonly string[]): string {
  return items.map((item) => (item.startsWith('[') ? item : `[${item}]`)).join(',');
}

/** So many levels are listed to be shown, and so many of them are. */
const MOST_LISTED = 1000;
const SHOWN = 6;

/** The values as they will be typed. */
export function valuesShown(name: string, spelling: string): string {
  const space = parseSpace(name, spelling);
  const factor = { name, space, style: 'option' } as const;
  if (space.is === 'flag') return `${name}: with it, and without`;
  const size = sizeOf(space);
  if (size > MOST_LISTED) {
    const draw = quantile(factor);
    return `${name}: such as ${[0.1, 0.5, 0.9].map((share) => draw(share).text).join(', ')}`;
  }
  const texts = levelsOf(factor).map(({ text }) => text);
  const shown = size <= SHOWN ? texts : [...texts.slice(0, SHOWN - 2), '...', texts.at(-1)];
  return `${name}: ${shown.join(texts.some((text) => /[\s,]/.test(text)) ? ' | ' : ', ')}`;
}
