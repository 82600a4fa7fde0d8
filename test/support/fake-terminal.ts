import { Cancelled, type Choice, type Terminal, type Typed } from '../../src/ports/terminal.js';

/** Instead of an answer: Backspace, so that nothing is suggested, and Enter. */
const NOTHING = '(nothing)';
const CTRL_C = '^C';

export interface FakeTerminal extends Terminal {
  /** What was shown: remarks, `question (suggestion): answer`, and complaints behind `> `. */
  readonly shown: readonly string[];
  /** Lines of the script that nobody asked for. */
  readonly left: readonly string[];
}

/**
 * Answers by a script: one line a question, `how it begins: answer`. No answer takes the suggestion; `(nothing)` takes
 * it away. A question comes again until its answer is accepted, and each time takes a line.
 */
export function fakeTerminal(script: string, { columns = 80, isUnicode = false } = {}): FakeTerminal {
  const lines = script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const shown: string[] = [];

  function answerTo(question: string, suggestion: string | undefined): string {
    const line = lines.shift();
    const [asked, answer] = line === undefined ? [] : parted(line);
    if (asked === undefined || answer === undefined || !question.startsWith(asked))
      throw new Error(
        `"${question}" was asked, and ${line ?? 'nothing more'} stands in the script:\n${shown.join('\n')}`,
      );
    shown.push(`${question}${suggestion === undefined ? '' : ` (${suggestion})`}: ${answer}`.trimEnd());
    if (answer === CTRL_C) throw new Cancelled();
    return answer === NOTHING ? '' : answer === '' ? (suggestion ?? '') : answer;
  }

  async function until<T>(
    question: string,
    suggestion: string | undefined,
    take: (answer: string) => T | Complaint,
  ): Promise<T> {
    for (;;) {
      // As on a real one, others run between a question and its answer.
      await Promise.resolve();
      const taken = take(answerTo(question, suggestion));
      if (!(taken instanceof Complaint)) return taken;
      shown.push(`> ${taken.words}`);
    }
  }

  return {
    isInteractive: true,
    columns,
    isUnicode,
    shown,
    left: lines,
    ask: (question, check, _signal, suggestion) =>
      until(question, suggestion, (answer) => {
        const complaint = check(answer);
        return complaint === undefined ? answer : new Complaint(complaint);
      }),
    choose: (question, choices, preset, typed) =>
      until(question, preset ?? choices[0]?.value, (answer) => chosen(answer, choices, typed)),
    confirm: (question, preset) =>
      until(question, preset ? 'yes' : 'no', (answer) =>
        /^(?:yes|no)$/.test(answer) ? answer === 'yes' : new Complaint('yes or no'),
      ),
    tell: (told) => void shown.push(...told),
  };
}

class Complaint {
  constructor(readonly words: string) {}
}

function parted(line: string): [asked: string, answer: string] {
  const at = line.search(/:(?: |$)/);
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)];
}

function chosen(answer: string, choices: readonly Choice[], typed: Typed | undefined): string | Complaint {
  const listed = choices.find(({ value, name }) => value === answer || name === answer);
  if (listed) return listed.value;
  const meant = typed?.(answer) ?? 'It is none of the list.';
  return typeof meant === 'string' ? new Complaint(meant) : meant.value;
}
