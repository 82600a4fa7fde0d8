import { complaintAbout, placeId, type Asking, type Question } from './doe-questions-form.js';

/** An answer that was given once. Going back unsettles it: it is asked for again, and suggested. */
interface Answer {
  readonly text: string;
  readonly isSettled: boolean;
}

/** How far the answers lead: to a question that has none yet, or to the result. */
export interface Reached<Result> {
  /** The questions on the way, all answered. */
  readonly path: readonly Question[];
  /** Everything there was to tell on the way. */
  readonly remarks: readonly string[];
  readonly next: { readonly question: Question } | { readonly result: Result };
}

/** What was answered so far, by question; whatever is given is kept, to be suggested again. */
export class Answers {
  readonly #answers = new Map<string, Answer>();

  /** Goes the way to the first question that has no settled answer. */
  reach<Result>(asking: Asking<Result>): Reached<Result> {
    const path: Question[] = [];
    const remarks: string[] = [];
    let step = asking.next();
    while (!step.done) {
      const said = step.value;
      if ('tell' in said) {
        remarks.push(said.tell);
        step = asking.next('');
        continue;
      }
      const { text, isSettled } = this.#answers.get(said.id) ?? { text: '', isSettled: false };
      // What was right may be wrong by now, after a change before it.
      if (!isSettled || complaintAbout(said, text) !== undefined)
        return { path, remarks, next: { question: said } };
      path.push(said);
      step = asking.next(text);
    }
    return { path, remarks, next: { result: step.value } };
  }

  text(question: Question): string {
    return this.#answers.get(question.id)?.text ?? '';
  }

  /** To be suggested: what was answered before, if it still can be. */
  suggestion(question: Question): string | undefined {
    const before = this.text(question);
    return before !== '' && complaintAbout(question, before) === undefined ? before : question.suggestion;
  }

  settle(question: Question, text: string): void {
    if (text === '' && this.hasLater(question)) this.#takeOut(question);
    else this.#answers.set(question.id, { text, isSettled: true });
  }

  /** Also of the questions that it leads to. */
  unsettle({ id }: Question): void {
    for (const [other, { text }] of this.#answers) {
      if (other === id || other.startsWith(`${id} `)) this.#answers.set(other, { text, isSettled: false });
    }
  }

  /** Whether more of the same list follows, which moves up when this one is taken out. */
  hasLater({ list }: Question): boolean {
    return list !== undefined && !!this.#answers.get(placeId(list.name, list.index + 1))?.text;
  }

  #takeOut({ list }: Question): void {
    if (!list) return;
    for (let at = list.index; ; at++) {
      const later = this.#answers.get(placeId(list.name, at + 1));
      if (!later) return void this.#answers.delete(placeId(list.name, at));
      this.#answers.set(placeId(list.name, at), later);
    }
  }
}
