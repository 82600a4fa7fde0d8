import { DesignProblem } from '../doe/designs/points.js';
import { beginsString, mendString } from './mend-strings.js';
import { MendTokens } from './mend-tokens.js';
import { badNumber, endsEarly, nothingToRun, unclosedString, unexpected } from './problems.js';
import { commandWords } from './shell-words.js';

/** An entry that is one string. */
interface StringEntry {
  readonly from: number;
  readonly to: number;
  readonly command: string;
}

const CLOSES: Readonly<Record<string, string>> = { '[': ']', '(': ')' };
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const NUMBER_LIKE = /[+-]?\.?\d[\w.+-]*/y;
const WORD = /[A-Za-z_]\w*/y;

/** Reads what a person may have meant as a schedule, and goes on behind what it cannot read. */
export class MendReader extends MendTokens {
  private readonly strings: StringEntry[] = [];
  private lists = 0;

  read(): this {
    const close = this.openList();
    if (close !== undefined) {
      this.entries(close);
      this.commands();
    }
    return this;
  }

  private openList(): string | undefined {
    const found = this.next();
    const close = found === undefined ? undefined : CLOSES[found];
    if (found === undefined) this.give(endsEarly(this.bytes, 'schedule'));
    else if (close === undefined) this.give(unexpected(this.bytes, this.at, 'schedule'));
    else this.open(found);
    return close;
  }

  /** Moves behind a bracket, which becomes a square one. */
  private open(bracket: string): void {
    if (bracket === '(') this.tuple();
    this.at++;
  }

  private tuple(): void {
    this.put(this.at, this.at + 1, '[');
    this.flaw(this.at, 'a tuple is Python; JSON has lists', 'written with [ and ]');
  }

  private close(bracket: string): void {
    if (bracket === ')') this.put(this.at, this.at + 1, ']');
    this.at++;
  }

  private entries(close: string): void {
    let end: number | undefined;
    let comma: number | undefined;
    for (;;) {
      const found = this.next();
      if (found === undefined) {
        this.cutOff();
        return;
      }
      if (found === close) break;
      if (found === ',') {
        if (comma !== undefined || end === undefined) this.extraComma();
        else comma = this.at;
        this.at++;
        continue;
      }
      if (end !== undefined && comma === undefined && !this.isLost) this.missingComma(end);
      this.isLost = false;
      const start = this.at;
      if (!this.entry()) {
        if (!this.goOn(start)) return;
        end = this.at;
        this.isLost = true;
      } else end = this.at;
      comma = undefined;
    }
    this.close(close);
    if (this.next() !== undefined) this.give(unexpected(this.bytes, this.at, 'nothing'));
  }

  /** Whether something that stands for an entry was read. */
  private entry(): boolean {
    const found = this.text[this.at] as string;
    if (beginsString(this.text, this.at)) return this.stringEntry();
    if (CLOSES[found] === undefined) return this.fail('entry');
    this.lists++;
    return this.listEntry(found, this.at);
  }

  private listEntry(bracket: string, start: number): boolean {
    const close = CLOSES[bracket] as string;
    let isEmpty = true;
    let isMarkOnly = true;
    let hasComma = false;
    let isBehindComma = true;
    const tuple = this.splices.length;
    this.at++;
    for (;;) {
      const found = this.next();
      if (found === undefined) return this.torn(start);
      if (found === close) break;
      if (found === ',') {
        if (isBehindComma) return this.fail('argument');
        isBehindComma = hasComma = true;
        this.at++;
        continue;
      }
      if (!isBehindComma) return this.fail('argument-separator');
      const from = this.at;
      if (!this.argument(start)) return false;
      isMarkOnly &&= /^["']executed["']$/.test(this.text.slice(from, this.at));
      isEmpty = isBehindComma = false;
    }
    if (isMarkOnly) return this.give(nothingToRun(start, !isEmpty));
    if (bracket === '(') {
      // ("a") is a string in Python.
      if (!hasComma) return this.failAt(start, 'entry');
      this.splices.splice(tuple, 0, { from: start, to: start + 1, put: [Buffer.from('[')] });
      this.flaw(start, 'a tuple is Python; JSON has lists', 'written with [ and ]');
    }
    this.close(close);
    return true;
  }

  private argument(start: number): boolean {
    if (beginsString(this.text, this.at)) return this.string(start);
    const number = this.match(NUMBER);
    if (number !== undefined) return this.skip(number.length);
    const like = this.match(NUMBER_LIKE);
    if (like !== undefined) {
      this.put(this.at, this.at + like.length, `"${like}"`);
      this.flaw(this.at, badNumber(this.at).problem, `written "${like}"`);
      return this.skip(like.length);
    }
    const word = this.match(WORD);
    if (word === undefined) return this.fail('argument');
    if (word === 'true' || word === 'false') return this.skip(word.length);
    if (word !== 'True' && word !== 'False') return this.fail('argument');
    const { problem } = unexpected(this.bytes, this.at, 'argument');
    this.put(this.at, this.at + word.length, word.toLowerCase());
    this.flaw(this.at, problem, `written ${word.toLowerCase()}`);
    return this.skip(word.length);
  }

  private string(start: number): boolean {
    const read = mendString(this.text, this.bytes, this.at);
    if (read.is === 'torn') return this.tornString(start);
    if (read.is === 'bad') return this.give(read.problem);
    if (read.why !== undefined) {
      this.put(this.at, read.end, read.json);
      this.flaw(this.at, read.why, 'written as JSON has it');
    }
    return this.skip(read.end - this.at);
  }

  private stringEntry(): boolean {
    const read = mendString(this.text, this.bytes, this.at);
    if (read.is === 'torn') return this.tornString(this.at);
    if (read.is === 'bad') return this.give(read.problem);
    const json = Buffer.from(read.json, 'latin1').toString('utf8');
    this.strings.push({ from: this.at, to: read.end, command: JSON.parse(json) as string });
    return this.skip(read.end - this.at);
  }

  /** Entries that are one string each are commands as for a shell, unless they may be the words of one. */
  private commands(): void {
    for (const entry of this.strings) this.command(entry);
    this.flaws.sort((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
  }

  private command({ from, to, command }: StringEntry): void {
    const { problem } = unexpected(this.bytes, from, 'entry');
    try {
      const words = commandWords(command);
      if (words.length < 2 || words[0] === 'executed')
        throw new DesignProblem('is it a command of its own, or one word of a longer one?', '');
      const list = `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
      this.put(from, to, list, 'utf8');
      this.flaw(from, problem, 'split into words as a shell does');
    } catch (error) {
      if (!(error instanceof DesignProblem)) throw error;
      this.flaw(from, `${problem}; ${error.problem}`, undefined);
    }
  }

  private extraComma(): void {
    this.put(this.at, this.at + 1, '');
    this.flaw(this.at, 'there is one comma too many', 'left out');
  }

  private missingComma(end: number): void {
    this.put(end, end, ',');
    this.flaw(this.at, 'a comma is missing before this', 'put in');
  }

  /** The text ends between two entries. */
  private cutOff(): void {
    if (this.isLost) return;
    this.put(this.bytes.length, this.bytes.length, '\n]\n');
    const { problem, offset } = endsEarly(this.bytes, 'entry');
    this.flaw(offset ?? 0, problem, 'put in');
  }

  /** Where the brackets are closed the text is complete, and it is a quote that is missing. */
  private tornString(start: number): boolean {
    return /[\])]\s*$/.test(this.text.slice(-64)) ? this.give(unclosedString(this.at)) : this.torn(start);
  }

  /** The text ends in the middle of an entry. */
  private torn(start: number): boolean {
    const { problem } = endsEarly(this.bytes, 'argument');
    while ((this.splices.at(-1)?.from ?? -1) >= start) this.splices.pop();
    while ((this.flaws.at(-1)?.offset ?? -1) >= start) this.flaws.pop();
    this.put(start, this.bytes.length, ']\n');
    this.flaw(start, problem, 'this entry is left out, and the list closed');
    this.isLost = true;
    this.at = this.bytes.length;
    return false;
  }

  /** Moves to the next line that begins with an entry, or with the end of the list; false when there is none. */
  private goOn(from: number): boolean {
    const line = /\n[ \t\r]*(?=[[(]|[\])]\s*$)/g;
    line.lastIndex = Math.max(from, this.at - 1);
    if (this.at >= this.text.length || !line.test(this.text)) return false;
    this.at = line.lastIndex;
    return true;
  }
}
