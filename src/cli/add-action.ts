import { add, commandsIn, type Added } from '../commands/add.js';
import type { Ports } from '../commands/workshop.js';
import { Failure } from '../failure.js';
import { errorCode } from '../ports/fs.js';
import { realTerminal } from '../ports/terminal.js';
import type { CommandList } from '../schedule/command-list.js';
import type { StopSwitch } from '../worker/stop.js';
import { EXIT } from './exit-codes.js';
import { checkFolder } from './new-schedule.js';
import { realPorts, stopCode } from './ports.js';
import { strayWords } from './program-doe.js';
import type { AddOptions } from './program-edit.js';
import { showCommand } from './show-command.js';

/** `cooperate add`: returns the exit code. */
export async function addAction(
  schedule: string,
  command: readonly string[],
  options: AddOptions,
): Promise<number> {
  const ports = realPorts(schedule, options.color);
  const { times, new: onlyNew = false, json = false } = options;
  try {
    await checkFolder(ports, schedule);
    const list = await asked(ports, schedule, command, options.file);
    let stop: StopSwitch | undefined;
    const onStop = (made: StopSwitch) => ports.onStop((stop = made));
    const added = await add({ ...ports, onStop }, schedule, { argvs: list.argvs, times, onlyNew });
    if (!added) return stopCode(stop) ?? EXIT.done;
    if (json) process.stdout.write(`${JSON.stringify(valueOf(schedule, added, list))}\n`);
    else for (const line of shown(schedule, added, list)) await ports.screen.notice(line);
    return EXIT.done;
  } finally {
    await ports.screen.close();
  }
}

async function asked(
  { fs }: Ports,
  schedule: string,
  command: readonly string[],
  file: string | undefined,
): Promise<CommandList> {
  const stray = strayWords(process.argv, command);
  if (stray.length > 0) throw misplaced(schedule, stray);
  if (file !== undefined && command.length > 0)
    throw usage('a command and --file are given; what is to be added?', 'Give one of them.');
  if (file === undefined) {
    if (command.length === 0) throw nothingToAdd(schedule);
    const [only = ''] = command;
    if (command.length === 1 && /\s/.test(only)) throw oneWord(schedule, only);
    return { argvs: [command], marked: 0 };
  }
  if (file === '-' && realTerminal().isInteractive)
    process.stderr.write('cooperate: a command a line, please; Ctrl-D ends the list.\n');
  try {
    // Not by a path of /dev: a pipe has no size and cannot be read twice.
    const bytes = file === '-' ? await standardInput() : (await fs.read(file)).bytes;
    return commandsIn(bytes, file === '-' ? 'standard input' : file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Version 1 of what `add --json` prints. */
function valueOf(schedule: string, added: Added, { marked }: CommandList): object {
  const { count, created, equal, present } = added;
  const entries = count === 0 ? null : selection(added);
  return { version: 1, schedule, created, added: count, entries, equal, present, marked };
}

function* shown(schedule: string, added: Added, { marked }: CommandList): Generator<string> {
  const { count, created, equal, present } = added;
  const numbers = count === 0 ? '' : `: ${selection(added)}`;
  yield `${entries(count)} added to ${schedule}${created ? ', which is new' : ''}${numbers}.`;
  if (equal > 0)
    yield `${equal === count && count === 1 ? 'An equal one was' : `${equal} of them were`} there already; --new leaves such out.`;
  if (present > 0) yield `${entries(present)} left out: there already.`;
  if (marked > 0) yield `${entries(marked)} of the list left out: marked "executed".`;
}

/** As other commands take it. */
function selection({ first, count }: Added): string {
  return count === 1 ? `${first}` : `${first}-${first + count - 1}`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}

function nothingToAdd(schedule: string): Failure {
  return usage(
    'what is to be added?',
    `Give a command: cooperate add ${showCommand([schedule])} -- python main.py --lr 0.5. Or a list: --file commands.txt`,
  );
}

function misplaced(schedule: string, stray: readonly string[]): Failure {
  return usage(
    `${showCommand(stray)} stands where only options can.`,
    `The command comes last, behind --: cooperate add ${showCommand([schedule])} -- ${showCommand(stray)}`,
  );
}

function oneWord(schedule: string, word: string): Failure {
  return usage(
    `the command is one word, ${showCommand([word])}, and no program has that name.`,
    `Leave the quotes away: cooperate add ${showCommand([schedule])} -- ${word.trim()}`,
  );
}

function unreadable(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof Failure || code === undefined) return error;
  if (code === 'ENOENT') return usage(`there is no file ${path}.`, 'Check the name; - is standard input.');
  if (code === 'EISDIR') return usage(`${path} is a directory.`, 'Name the file in it.');
  return new Failure({ reason: 'filesystem', code, operation: 'read the list', path }, { cause: error });
}
