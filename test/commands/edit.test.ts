import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realPorts } from '../../src/cli/ports.js';
import { add } from '../../src/commands/add.js';
import { edit, type Edited, type EditPorts } from '../../src/commands/edit.js';
import type { Notice } from '../../src/notice.js';
import { makePrivateFolder } from '../../src/ports/private-folder.js';
import type { StopSwitch } from '../../src/worker/stop.js';
import { fakeTerminal, type FakeTerminal } from '../support/fake-terminal.js';

let folder: string;
let notices: Notice[];
const at = (...names: string[]): string => join(folder, ...names);
const schedule = (): string => at('exp.json');
const text = (): string => readFileSync(schedule(), 'utf8');
const kept = (): string[] => (existsSync(at('state')) ? readdirSync(at('state/cooperate/edits')) : []);

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cooperate-edit-')));
  notices = [];
  writeFileSync(schedule(), '[["a"], ["b"], ["c"]]\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What an editor saves, one text after the other; functions are called while it is open. */
type Saves = readonly (string | (() => Promise<string> | string))[];

function ports(saves: Saves, terminal: FakeTerminal, change: Partial<EditPorts> = {}): EditPorts {
  const left = [...saves];
  const real = realPorts(schedule(), 'never');
  return {
    ...real,
    // Of an edit before this one the process is no more.
    probes: { ...real.probes, processStart: () => Promise.resolve('gone' as const) },
    ...{ tell: (notice) => void notices.push(notice), onStop: () => undefined },
    env: { EDITOR: 'vi', XDG_STATE_HOME: at('state') },
    ...{ terminal, makeFolder: makePrivateFolder },
    runEditor: async (_command, path) => {
      const next = left.shift();
      if (next === undefined) throw new Error('the editor was opened once more');
      writeFileSync(path, typeof next === 'string' ? next : await next());
      return { is: 'exited', code: 0 };
    },
    ...change,
  };
}

async function editing(saves: Saves, script: string): Promise<{ edited: Edited; shown: string }> {
  const terminal = fakeTerminal(script);
  const edited = await edit(ports(saves, terminal), schedule(), false);
  expect(terminal.left).toEqual([]);
  return { edited, shown: terminal.shown.join('\n') };
}

/** Somebody writes the schedule while the editor is open. */
const meanwhile = (now: string, then: string) => (): string => {
  writeFileSync(schedule(), now);
  return then;
};

describe('a copy that is no schedule', () => {
  test('is shown with its place, and edited again', async () => {
    const { edited, shown } = await editing(
      ['[["a"],\n ["b" "c"]]', '[["a"],\n ["b", "c"]]'],
      'What is to be done?: edit again',
    );
    expect(shown).toContain('Line 2, column 7: a comma is missing before this');
    expect(shown).toContain('   ["b" "c"]]\n        ^');
    expect(edited.is).toBe('merged');
    expect(text()).toBe('[["a"],\n ["b", "c"]]');
    expect(kept()).toEqual([]);
  });

  test('may be thrown away', async () => {
    const { edited } = await editing(['[["a"'], 'What is to be done?: throw it away');
    expect(edited.is).toBe('left');
    expect([text(), kept()]).toEqual(['[["a"], ["b"], ["c"]]\n', []]);
  });

  test('may be kept, and is offered by the next', async () => {
    await editing(['[["a"]'], 'What is to be done?: leave');
    expect(kept()).toHaveLength(1);
    expect(notices).toMatchObject([
      { tell: 'fact', text: expect.stringContaining('your copy is kept as') as string },
    ]);
    const { edited } = await editing(['[["a"]]'], 'An edit from: go on with it');
    expect(edited).toMatchObject({ is: 'merged', mine: { removed: 2 } });
    expect(kept()).toEqual([]);
  });

  test('is kept when the person presses Ctrl-C at a question', async () => {
    await expect(editing(['[["a"'], 'What is to be done?: ^C')).rejects.toThrow();
    expect(kept()).toHaveLength(1);
    expect(notices).toHaveLength(1);
  });
});

describe('a copy that was kept', () => {
  beforeEach(() => editing(['[["a"], ["x"'], 'What is to be done?: leave'));

  test('may be thrown away', async () => {
    await editing(['[["z"]]'], 'An edit from: throw it away');
    expect([text(), kept()]).toEqual(['[["z"]]', []]);
  });

  test('may wait', async () => {
    await editing(['[["z"]]'], 'An edit from: not now');
    expect(text()).toBe('[["z"]]');
    expect(kept()).toHaveLength(1);
  });

  test('may be left alone with all else', async () => {
    expect((await editing([], 'An edit from: leave')).edited.is).toBe('left');
    expect(kept()).toHaveLength(1);
  });
});

describe('a copy without entries', () => {
  test.each(['', ' \n', '[]', '[ ]\n'])('(%j) is asked about, and may be meant', async (copy) => {
    const { edited } = await editing([copy], 'All 3 entries are gone. Remove them?: yes');
    expect(edited).toMatchObject({ is: 'merged', mine: { removed: 3 } });
    expect(JSON.parse(text())).toEqual([]);
  });

  test.each(['', '[]'])('(%j) may be a slip', async (copy) => {
    await editing(
      [copy, '[["a"]]'],
      'All 3 entries are gone. Remove them?: no\nWhat is to be done?: edit again',
    );
    expect(text()).toBe('[["a"]]');
  });
});

describe('a conflict', () => {
  const others = '[["a"], ["y"], ["z"]]';
  const conflicting = meanwhile(others, '[["a"], ["v"], ["w"]]');

  test('is shown, and decided for all', async () => {
    const { shown } = await editing([conflicting], 'What is to be done?: keep mine');
    expect(shown).toContain('2 times your edit and others want different things:');
    expect(shown).toContain('  b\n    you: v\n    meanwhile: y');
    expect(JSON.parse(text())).toEqual([['a'], ['v'], ['w']]);
  });

  test('is decided for the others', async () => {
    await editing([conflicting], 'What is to be done?: keep theirs');
    expect(JSON.parse(text())).toEqual([['a'], ['y'], ['z']]);
  });

  test('is decided one by one', async () => {
    await editing([conflicting], 'What is to be done?: one by one\nKeep: mine\nKeep: theirs');
    expect(JSON.parse(text())).toEqual([['a'], ['v'], ['z']]);
  });

  test('is edited away', async () => {
    await editing([conflicting, '[["a"], ["b"], ["c"], ["d"]]'], 'What is to be done?: edit again');
    expect(JSON.parse(text())).toEqual([['a'], ['y'], ['z'], ['d']]);
  });

  test('is left, with nothing written and the copy kept', async () => {
    const { edited } = await editing([conflicting], 'What is to be done?: leave');
    expect(edited.is).toBe('left');
    expect(text()).toBe(others);
    expect(kept()).toHaveLength(1);
  });

  test('that came while the first was thought about is asked about too', async () => {
    const terminal = fakeTerminal('What is to be done?: keep mine\nWhat is to be done?: keep theirs');
    const choose = terminal.choose.bind(terminal);
    let asked = 0;
    terminal.choose = (...question) => {
      if (asked++ === 0) writeFileSync(schedule(), '[["a"], ["y"], ["z"]]');
      return choose(...question);
    };
    await edit(
      ports([meanwhile('[["a"], ["y"], ["c"]]', '[["a"], ["v"], ["w"]]')], terminal),
      schedule(),
      false,
    );
    expect(JSON.parse(text())).toEqual([['a'], ['v'], ['z']]);
  });
});

describe('an edit that is stopped while it waits for the lock', () => {
  test('writes nothing, and keeps the copy', async () => {
    const terminal = fakeTerminal('');
    let stop: StopSwitch | undefined;
    const lock: EditPorts['lock'] = () => ({
      hold: (_work, signal) => {
        const stopped = new Promise<undefined>((resolve) =>
          signal?.addEventListener('abort', () => resolve(undefined)),
        );
        stop?.request('SIGINT');
        return stopped;
      },
      tidyAfter: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
    const change = { lock, onStop: (made: StopSwitch) => void (stop = made) };
    expect(await edit(ports(['[["z"]]'], terminal, change), schedule(), false)).toEqual({ is: 'stopped' });
    expect(text()).toBe('[["a"], ["b"], ["c"]]\n');
    expect(kept()).toHaveLength(1);
  });
});

describe('an edit that came in, of which its process does not know', () => {
  test('comes in once', async () => {
    const copy = '[["a"], ["b"], ["c"], ["d"]]';
    // The machine goes down behind the rename: nothing is tidied up.
    const dying = ports([copy], fakeTerminal(''));
    const { fs } = dying;
    const unlink = (path: string) =>
      path.includes('/state/') ? Promise.reject(new Error('down')) : fs.unlink(path);
    await edit({ ...dying, fs: { ...fs, unlink } }, schedule(), false);
    expect(kept()).toHaveLength(1);
    await add(ports([], fakeTerminal('')), schedule(), { argvs: [['e']], times: 1, onlyNew: false });
    await edit(ports([copy], fakeTerminal('')), schedule(), true);
    expect((JSON.parse(text()) as string[][]).flat().sort()).toEqual(Array.from('abcde'));
    expect(kept()).toEqual([]);
  });
});
