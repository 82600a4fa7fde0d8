import { plainName } from '../doe/experiment.js';
import { picture, type Cloud } from '../doe/picture.js';
import type { Spec } from '../doe/spec/spec-schema.js';
import { Failure } from '../failure.js';
import type { Choice, Terminal } from '../ports/terminal.js';
import { Answers } from './doe-dialog-answers.js';
import { interview, type Answered, type ExistingSchedule } from './doe-questions.js';
import { DESIGN_ID } from './doe-questions-design.js';
import { complaintAbout, type Question } from './doe-questions-form.js';
import { WHERE_LIST } from './doe-questions-rest.js';

/** What is shown before anything is written. */
export interface Preview {
  readonly count: number;
  /** Some commands, as they will be run; `last` is empty where the first are all. */
  readonly commands: { readonly first: readonly string[]; readonly last: readonly string[] };
  /** Sentences. */
  readonly remarks: readonly string[];
  /** Undefined where no factor is a number. */
  readonly points: Cloud | undefined;
}

export interface DialogContext {
  /** As it is typed. */
  readonly schedule: string;
  readonly existing: ExistingSchedule | undefined;
  /** Fails with a `Failure` of reason 'usage' where the design is impossible. */
  readonly preview: (spec: Spec) => Preview;
}

const WELCOME = [
  'Enter takes the answer in parentheses, Backspace clears it, < goes back to the',
  'question before, Ctrl-C leaves. Nothing is written before you have seen it.',
];
const BACK: Choice = { value: '<', name: '< back' };

/**
 * Asks for a design, question by question, until the user wants it written; undefined: to be left alone. Writes
 * nothing. Fails with `Cancelled` on Ctrl-C.
 */
export function designByAsking(terminal: Terminal, context: DialogContext): Promise<Answered | undefined> {
  return new Dialog(terminal, context).hold();
}

class Dialog {
  readonly #answers = new Answers();
  readonly #told = new Set<string>();
  /** Whether also what the original does not ask is asked for. */
  #isFull = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly context: DialogContext,
  ) {}

  async hold(): Promise<Answered | undefined> {
    this.terminal.tell(WELCOME);
    for (;;) {
      const { path, remarks, next } = this.#answers.reach(interview({ ...this.context, isFull: this.#isFull }));
      this.#tellOnce(remarks);
      if ('question' in next) await this.#put(next.question, path.at(-1));
      else if (!next.result) return undefined;
      else {
        const decided = await this.#review(next.result, path);
        if (decided !== 'go on') return decided;
      }
    }
  }

  /** Each once, though the way past it is gone again and again. */
  #tellOnce(remarks: readonly string[]): void {
    const fresh = remarks.filter((remark) => !this.#told.has(remark));
    for (const remark of fresh) this.#told.add(remark);
    if (fresh.length > 0) this.terminal.tell(fresh);
  }

  async #put(question: Question, before: Question | undefined): Promise<void> {
    const suggestion = this.#answers.suggestion(question);
    const answer = question.choices
      ? await this.terminal.choose(
          messageOf(question),
          before ? [...question.choices, BACK] : question.choices,
          suggestion,
          question.typed,
        )
      : await this.#ask(question, before, suggestion);
    if (answer !== BACK.value) this.#answers.settle(question, answer);
    else if (before) this.#answers.unsettle(before);
  }

  async #ask(
    question: Question,
    before: Question | undefined,
    suggestion: string | undefined,
  ): Promise<string> {
    const check = (typed: string) => {
      const answer = typed.trim();
      if (answer === BACK.value) return before ? undefined : 'This is the first question.';
      return answer === '' && this.#answers.hasLater(question) ? undefined : complaintAbout(question, answer);
    };
    return (await this.terminal.ask(messageOf(question), check, undefined, suggestion)).trim();
  }

  /** Shows what the answers make, and asks what to do with it. */
  async #review(answered: Answered, path: readonly Question[]): Promise<Answered | undefined | 'go on'> {
    const preview = previewOf(this.context, answered.spec);
    if ('problem' in preview) {
      this.terminal.tell(['', preview.problem, preview.remedy]);
      return this.#change(path, mender(path, this.#answers, preview));
    }
    this.terminal.tell(shown(preview, this.terminal));
    switch (await this.terminal.choose('What now', this.#deeds(answered), 'write')) {
      case 'write':
        return answered;
      case 'change':
        return this.#change(path, path.at(-1));
      case 'more':
        this.#isFull = true;
        return 'go on';
      case 'leave':
        return this.#leave();
      default:
        return this.#unsettle(path.at(-1));
    }
  }

  #deeds({ existing }: Answered): Choice[] {
    const { schedule } = this.context;
    const how = {
      append: `add them to ${schedule}`,
      replace: `write ${schedule} anew`,
      none: `to ${schedule}`,
    };
    return [
      { value: 'write', name: 'write', description: how[existing ?? 'none'] },
      { value: 'change', name: 'change', description: 'another answer to one of the questions' },
      ...(this.#isFull
        ? []
        : [{ value: 'more', name: 'more', description: 'conditions, repeats, order, seed, style' }]),
      { value: 'leave', name: 'leave', description: 'write nothing' },
      BACK,
    ];
  }

  /** Asks which answer is to be another one. */
  async #change(path: readonly Question[], likely: Question | undefined): Promise<undefined | 'go on'> {
    const choices = path.map((question) => {
      const answer = this.#answers.text(question);
      return { value: question.id, name: question.text, description: answer === '' ? '-' : answer };
    });
    const leave = { value: 'leave', name: 'leave', description: 'write nothing' };
    const id = await this.terminal.choose('Change which answer', [...choices, leave, BACK], likely?.id);
    if (id === leave.value) return this.#leave();
    return this.#unsettle(path.find((question) => question.id === id) ?? path.at(-1));
  }

  #unsettle(question: Question | undefined): 'go on' {
    if (question) this.#answers.unsettle(question);
    return 'go on';
  }

  async #leave(): Promise<undefined | 'go on'> {
    return (await this.terminal.confirm('Leave without writing anything?', false)) ? undefined : 'go on';
  }
}

function messageOf({ text, hint }: Question): string {
  return hint === undefined ? text : `${text} [${hint}]`;
}

interface Impossible {
  readonly problem: string;
  readonly remedy: string;
}

function previewOf({ preview }: DialogContext, spec: Spec): Preview | Impossible {
  try {
    return preview(spec);
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'usage') return error.detail;
    throw error;
  }
}

function shown({ count, commands, remarks, points }: Preview, { columns, isUnicode }: Terminal): string[] {
  const { first, last } = commands;
  return [
    '',
    count === 1 ? '1 run:' : `${count} runs:`,
    ...first.map((command) => `  ${command}`),
    ...(last.length > 0 ? ['  ...', ...last.map((command) => `  ${command}`)] : []),
    ...remarks,
    ...(points ? ['', ...picture(points, { columns, isUnicode })] : []),
    '',
  ];
}

/** The question whose answer is probably to blame: what the problem mentions, or else the design. */
function mender(
  path: readonly Question[],
  answers: Answers,
  { problem, remedy }: Impossible,
): Question | undefined {
  const mentioned = new Set(problem.split(/[^\p{L}\p{N}_-]+/u).map(plainName));
  const factors = path.filter(({ factor }) => factor !== undefined && mentioned.has(plainName(factor)));
  const condition = path.find((question) => {
    const text = question.list?.name === WHERE_LIST ? answers.text(question) : '';
    return text !== '' && `${problem} ${remedy}`.includes(text);
  });
  return condition ?? (factors.length === 1 ? factors[0] : path.findLast(({ id }) => id.startsWith(DESIGN_ID)));
}
