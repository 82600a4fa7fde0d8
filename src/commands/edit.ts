import { mergeEdit, type EditOutcome, type MergedEdit } from '../claim/merge.js';
import { putInPlace } from '../claim/put-in-place.js';
import { Failure } from '../failure.js';
import type { EditorEnd } from '../ports/spawn-editor.js';
import { unreadable } from '../schedule/file.js';
import type { Decision } from '../schedule/merge.js';
import { placeOf } from '../schedule/place.js';
import { scan } from '../schedule/scan.js';
import { NotASchedule, type ScheduleText } from '../schedule/text.js';
import { chosenDraft, newDraft, type BeginPorts } from './edit-begin.js';
import { Drafts, type Draft } from './edit-drafts.js';
import { inOneLine, resolve } from './edit-resolve.js';
import { openDesk, type Ports } from './workshop.js';

export interface EditPorts extends Ports, BeginPorts {
  /** `command` as a shell reads it. */
  readonly runEditor: (command: string, path: string) => Promise<EditorEnd>;
}

export type Edited =
  | MergedEdit
  /** What was no schedule is one now. */
  | { readonly is: 'mended' }
  /** `returned`: the editor, which came back so soon that it may be open still. */
  | { readonly is: 'unchanged'; readonly returned: string | undefined }
  /** By choice. */
  | { readonly is: 'left' }
  /** By a signal, before anything was written. */
  | { readonly is: 'stopped' };

/** Nobody reads a schedule and leaves the editor in less. */
const AT_ONCE_MS = 1000;

/** Has a copy edited and merges it. `path` as it was typed. */
export async function edit(ports: EditPorts, path: string, isResumed: boolean): Promise<Edited> {
  const real = await ports.fs.realPath(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const drafts = new Drafts(ports, real);
  const draft = await chosenDraft(ports, drafts, path, isResumed);
  if (draft === 'leave') return { is: 'left' };
  const editing = new Editing(ports, path, drafts, draft ?? (await newDraft(ports, drafts, real, path)));
  return editing.run();
}

class Editing {
  readonly #ports: EditPorts;
  readonly #path: string;
  readonly #drafts: Drafts;
  readonly #draft: Draft;
  /** Undefined where the schedule is none. */
  readonly #base: ScheduleText | undefined;
  readonly #decisions = new Map<string, Decision>();
  #isOver = false;
  #rounds = 0;
  /** The editor may have the copy open still. */
  #mayBeOpen = false;

  constructor(ports: EditPorts, path: string, drafts: Drafts, draft: Draft) {
    this.#ports = ports;
    this.#path = path;
    this.#drafts = drafts;
    this.#draft = draft;
    const base = parsed(draft.base);
    this.#base = base instanceof NotASchedule ? undefined : base;
  }

  /** Whatever happens, a copy with anything new in it is not lost, and the person knows where it is. */
  async run(): Promise<Edited> {
    try {
      for (;;) {
        const result = await this.#round();
        if (result) return result;
      }
    } finally {
      const isWanted = !this.#isOver && (await this.#isChanged());
      if (!isWanted && !this.#mayBeOpen) await this.#drafts.discard(this.#draft);
      if (isWanted) this.#ports.tell({ tell: 'fact', text: this.#kept() });
    }
  }

  #kept(): string {
    return `your copy is kept as ${this.#draft.path}; cooperate edit ${this.#path} goes on with it.`;
  }

  async #isChanged(): Promise<boolean> {
    const now = await this.#drafts.read(this.#draft).catch(() => undefined);
    return now !== undefined && !now.equals(this.#draft.base);
  }

  /** Undefined: edit again. */
  async #round(): Promise<Edited | undefined> {
    this.#rounds++;
    const returned = await this.#edited();
    const bytes = await this.#drafts.read(this.#draft);
    if (bytes === undefined)
      throw usage(`the copy is gone: ${this.#draft.path}`, 'Nothing was changed. Leave it where it is.');
    if (bytes.equals(this.#draft.base)) {
      // An editor that is still open has to find its file.
      this.#mayBeOpen = returned !== undefined && this.#rounds === 1;
      return { is: 'unchanged', returned: this.#mayBeOpen ? returned : undefined };
    }
    const mine = parsed(bytes);
    if (mine instanceof NotASchedule) return this.#unusable(bytes, mine);
    if (mine.count === 0 && (this.#base?.count ?? 0) > 0 && !(await this.#mayRemoveAll()))
      return this.#askAgain();
    return this.#base ? this.#merge(this.#base, mine) : this.#mend(mine);
  }

  /** Returns the editor's name when it came back at once. */
  async #edited(): Promise<string | undefined> {
    const { clock, runEditor } = this.#ports;
    const command = this.#editor();
    const since = clock.monotonic();
    const end = await runEditor(command, this.#draft.path);
    if (end.is === 'killed') throw failed(command, `was ended by ${end.signal}`);
    if (end.code === 127 || end.code === 126) throw noEditor(command);
    if (end.code !== 0) throw failed(command, `ended with exit code ${end.code}`);
    return clock.monotonic() - since < AT_ONCE_MS ? command : undefined;
  }

  /** Without a terminal only one that was asked for: it may be a script. */
  #editor(): string {
    const { env, terminal } = this.#ports;
    const asked = env['VISUAL'] || env['EDITOR'];
    if (asked || terminal.isInteractive) return asked || 'vi';
    throw usage(
      'there is no terminal to edit on.',
      'Set EDITOR to a program that needs none, or use cooperate add.',
    );
  }

  async #unusable(bytes: Buffer, { problem, offset }: NotASchedule): Promise<Edited | undefined> {
    const { terminal } = this.#ports;
    const isEmpty = bytes.toString('latin1').trim() === '';
    const { line, column, excerpt, caret } = placeOf(bytes, offset ?? 0);
    if (!terminal.isInteractive)
      throw usage(
        `nothing was written; line ${line}, column ${column} of your copy: ${problem}`,
        `  ${excerpt}\n  ${' '.repeat(caret)}^`,
      );
    if (isEmpty && this.#base && this.#base.count > 0) {
      if (!(await this.#mayRemoveAll())) return this.#askAgain();
      return this.#merge(this.#base, scan(Buffer.from('[]\n')));
    }
    terminal.tell([`Line ${line}, column ${column}: ${problem}`, `  ${excerpt}`, `  ${' '.repeat(caret)}^`]);
    return this.#askAgain();
  }

  async #mayRemoveAll(): Promise<boolean> {
    const { terminal } = this.#ports;
    if (!terminal.isInteractive) return true;
    const count = this.#base?.count ?? 0;
    return terminal.confirm(
      count === 1 ? 'The entry is gone. Remove it?' : `All ${count} entries are gone. Remove them?`,
      false,
    );
  }

  async #askAgain(): Promise<Edited | undefined> {
    const answer = await this.#ports.terminal.choose('What is to be done?', [
      { value: 'edit', name: 'edit again' },
      { value: 'discard', name: 'throw it away', description: 'the schedule stays as it is' },
      { value: 'leave', name: 'leave', description: 'change nothing, and keep your copy' },
    ]);
    if (answer === 'discard') this.#isOver = true;
    return answer === 'edit' ? undefined : { is: 'left' };
  }

  async #merge(base: ScheduleText, mine: ScheduleText): Promise<Edited | undefined> {
    for (;;) {
      const outcome = await this.#mergeOnce(base, mine);
      if (!outcome) return { is: 'stopped' };
      if (outcome.is === 'merged') {
        this.#isOver = true;
        return outcome;
      }
      const { conflicts } = outcome;
      const { terminal } = this.#ports;
      if (!terminal.isInteractive)
        throw usage(inOneLine(conflicts), 'Nothing was written. On a terminal you can choose.');
      const resolution = await resolve(terminal, conflicts);
      if (resolution === 'edit') return undefined;
      if (resolution === 'leave') return { is: 'left' };
      for (const [key, decision] of resolution) this.#decisions.set(key, decision);
    }
  }

  async #mergeOnce(base: ScheduleText, mine: ScheduleText): Promise<EditOutcome | undefined> {
    const { about } = this.#draft;
    const { user } = await this.#ports.identify();
    const { desk, file, stop, close } = await openDesk(this.#ports, this.#path);
    file.expect(base);
    try {
      const order = {
        ...{ base, mine, decisions: this.#decisions, maybeAgain: about.begun, by: user },
        knows: about,
        begins: () => this.#drafts.begun(this.#draft),
      };
      return await mergeEdit(desk, order, stop.draining);
    } finally {
      await close();
    }
  }

  /** What was no schedule has not been worked on: there is nothing to merge with. */
  async #mend(mine: ScheduleText): Promise<Edited> {
    const { desk, stop, close } = await openDesk(this.#ports, this.#path);
    try {
      const placed = await putInPlace(desk, this.#draft.base, mine.bytes, stop.draining);
      if (!placed) return { is: 'stopped' };
      if (placed.is === 'changed')
        throw usage(
          `${this.#path} was changed by somebody else meanwhile.`,
          'Compare it with your copy; nothing was written.',
        );
      await this.#ports.fs.unlink(placed.backup).catch(() => undefined);
      this.#isOver = true;
      return { is: 'mended' };
    } finally {
      await close();
    }
  }
}

function parsed(bytes: Buffer): ScheduleText | NotASchedule {
  try {
    return scan(bytes);
  } catch (error) {
    if (error instanceof NotASchedule) return error;
    throw error;
  }
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}

function noEditor(command: string): Failure {
  return usage(`the editor ${command} could not be started.`, 'Name another: EDITOR=nano cooperate edit ...');
}

function failed(command: string, how: string): Failure {
  return usage(`the editor ${command} ${how}.`, 'Nothing was changed.');
}
