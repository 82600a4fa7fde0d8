import { edit, type Edited } from '../commands/edit.js';
import { makePrivateFolder } from '../ports/private-folder.js';
import { runEditor } from '../ports/spawn-editor.js';
import { realTerminal } from '../ports/terminal.js';
import type { StopSwitch } from '../worker/stop.js';
import { EXIT } from './exit-codes.js';
import { realPorts, stopCode } from './ports.js';
import type { EditOptions } from './program-edit.js';
import { showCommand } from './show-command.js';
import { shownEdit } from './show-edit.js';

/** `cooperate edit`: returns the exit code. */
export async function editAction(schedule: string, options: EditOptions): Promise<number> {
  let stop: StopSwitch | undefined;
  const base = realPorts(schedule, options.color);
  const ports = {
    ...base,
    ...{ terminal: realTerminal(), runEditor, makeFolder: makePrivateFolder },
    onStop: (made: StopSwitch) => base.onStop((stop = made)),
  };
  try {
    const edited = await edit(ports, schedule, options.resume ?? false);
    for (const line of linesOf(schedule, edited)) await ports.screen.notice(`cooperate: ${line}`);
    return edited.is === 'stopped' ? (stopCode(stop) ?? EXIT.done) : EXIT.done;
  } finally {
    await ports.screen.close();
  }
}

function* linesOf(schedule: string, edited: Edited): Generator<string> {
  switch (edited.is) {
    case 'merged':
      yield* shownEdit(schedule, edited);
      return;
    case 'mended':
      yield `${schedule} is a valid schedule now.`;
      return;
    case 'unchanged':
      yield 'nothing was changed.';
      if (edited.returned !== undefined)
        yield `${showCommand([edited.returned])} returned at once. If it is open still, give it its option to wait, such as EDITOR='code --wait'; what you save in it now is offered by the next cooperate edit ${showCommand([schedule])}.`;
      return;
    case 'left':
      yield `${schedule} is as it was.`;
      return;
    case 'stopped':
      yield `stopped; ${schedule} is as it was.`;
      return;
  }
}
