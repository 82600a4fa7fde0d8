import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { Folder, leavesItsName, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
let terminal: CliTerminal;

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const VIM = 'vim -N -u NONE -i NONE';
const NANO = 'nano --ignorercfiles';
const DRAFTS = '.state/cooperate/edits';

const drafts = (): string[] => (existsSync(folder.in(DRAFTS)) ? folder.names(DRAFTS) : []);
const commands = (): string[] =>
  (JSON.parse(folder.read('exp.json')) as string[][]).map((argv) => argv.join(' '));

async function edit(editor: string, ...args: string[]): Promise<void> {
  terminal.run(`EDITOR='${editor}' cooperate edit exp.json ${args.join(' ')}`);
  await terminal.shows('"a"');
}

/** What a shell that follows would suffer from. */
async function expectSaneTerminal(): Promise<void> {
  terminal.run(`stty -a > after; diff before after > changed; tmux display -p 'cursor #{cursor_flag}'`);
  await terminal.shows('cursor 1');
  await terminal.over();
  expect(folder.read('changed')).toBe('');
}

describe.skipIf(!hasTmux)('in a terminal (needs tmux)', () => {
  beforeEach(async () => {
    folder = new Folder();
    folder.write('exp.json', '[\n  ["echo", "a"],\n  ["echo", "b"]\n]\n');
    terminal = await CliTerminal.in(folder, 140, 30);
    terminal.run(`export XDG_STATE_HOME=${folder.in('.state')}; stty -a > before`);
    await terminal.until((screen) => screen.at(-1) === '$' && folder.names().includes('before'));
  });
  afterEach(async () => {
    terminal.close();
    await folder.dispose();
  });

  describe.skipIf(!has('vim'))('vim (needs vim)', () => {
    test('saves, and the edit comes in; the terminal is as before', async () => {
      await edit(VIM);
      terminal.type(':%s/"b"/"b", "2"/', 'Enter');
      terminal.type('Go', 'Escape');
      terminal.type(':wq', 'Enter');
      const { code, screen } = await terminal.over();
      expect([code, screen]).toEqual([0, ['cooperate: exp.json: 1 entry changed.']]);
      expect(commands()).toEqual(['echo a', 'echo b 2']);
      expect(drafts()).toEqual([]);
      await expectSaneTerminal();
    });

    test('quits with an error by :cq, and nothing is changed', async () => {
      await edit(VIM);
      terminal.type('dd:cq', 'Enter');
      const { code, screen } = await terminal.over();
      expect(code).toBe(2);
      expect(screen.join(' ')).toContain('ended with exit code 1.');
      expect(commands()).toEqual(['echo a', 'echo b']);
      expect(drafts()).toEqual([]);
    });

    test('gets Ctrl-C for itself', async () => {
      await edit(VIM);
      terminal.type('', 'C-c');
      await terminal.shows(/Type +:qa/);
      terminal.type(':%s/"a"/"z"/', 'Enter');
      terminal.type(':wq', 'Enter');
      expect((await terminal.over()).code).toBe(0);
      expect(commands()).toEqual(['echo z', 'echo b']);
    });

    test('is stopped by Ctrl-Z, and goes on by fg', async () => {
      await edit(VIM);
      terminal.type('', 'C-z');
      await terminal.shows('Stopped');
      terminal.type('clear; fg', 'Enter');
      await terminal.shows('"a"');
      terminal.type(':%s/"a"/"z"/', 'Enter');
      terminal.type(':wq', 'Enter');
      expect((await terminal.over()).code).toBe(0);
      expect(commands()).toEqual(['echo z', 'echo b']);
      await expectSaneTerminal();
    });

    test('is opened again where the copy is no schedule', async () => {
      await edit(VIM);
      terminal.type(':%s/,$//', 'Enter');
      terminal.type(':wq', 'Enter');
      const screen = await terminal.shows('What is to be done?');
      expect(screen.join('\n')).toContain('Line 3, column 3: a comma is missing before this');
      expect(screen.join('\n')).toContain('    ["echo", "b"]\n    ^');
      terminal.type('', 'Enter');
      await terminal.shows(/\n~/);
      terminal.type(':2s/$/,/', 'Enter');
      terminal.type(':wq', 'Enter');
      expect((await terminal.over()).code).toBe(0);
      expect(commands()).toEqual(['echo a', 'echo b']);
      expect(drafts()).toEqual([]);
      await expectSaneTerminal();
    });

    test('is killed with the terminal, and the next edit offers what it had saved', async () => {
      await edit(VIM);
      terminal.type(':%s/"a"/"z"/ | w', 'Enter');
      await terminal.shows('written');
      terminal.close();
      rmSync(folder.in('node_modules'), { recursive: true });
      terminal = await CliTerminal.in(folder, 140, 30);
      terminal.run(`export XDG_STATE_HOME=${folder.in('.state')}; touch there`);
      await terminal.until((screen) => screen.at(-1) === '$' && folder.names().includes('there'));
      terminal.run(`EDITOR='${VIM}' cooperate edit exp.json`);
      await terminal.shows(/An edit from .* UTC on .* was not finished\./);
      terminal.type('', 'Enter');
      await terminal.shows('"z"');
      terminal.type(':q', 'Enter');
      expect((await terminal.over()).code).toBe(0);
      expect(commands()).toEqual(['echo z', 'echo b']);
      expect(drafts()).toEqual([]);
    });

    test('has a conflict with a worker, which is shown and decided', async () => {
      folder.schedule([leavesItsName('a', until('$COOPERATE_TEST_FOLDER/go')), leavesItsName('b')]);
      await edit(VIM);
      const worker = folder.start(['run', 'exp.json']);
      await folder.hasLines('ran', 1);
      terminal.type(':s/"a"\\]/"a", "changed"]/', 'Enter');
      terminal.type(':wq', 'Enter');
      const screen = await terminal.shows('What is to be done?');
      expect(screen.join('\n')).toMatch(/you: sh .* … .* a changed\n +meanwhile: taken by a worker\n/);
      expect(folder.marks()).toBe('x.');
      terminal.type('', 'Down', 'Enter');
      expect((await terminal.over()).code).toBe(0);
      expect(folder.read('exp.json')).not.toContain('changed');
      folder.write('go', '');
      expect((await worker.ended).code).toBe(0);
      expect(folder.lines('ran')).toEqual(['a', 'b']);
      await expectSaneTerminal();
    });
  });

  describe.skipIf(!has('nano'))('nano (needs nano)', () => {
    test('saves, and the edit comes in', async () => {
      await edit(NANO);
      terminal.type('', 'Down', 'Down', 'End');
      terminal.type(',', 'Enter');
      terminal.type('  ["echo", "c"]', 'C-o', 'Enter');
      await terminal.shows('Wrote');
      terminal.type('', 'C-x');
      const { code, screen } = await terminal.over();
      expect([code, screen]).toEqual([0, ['cooperate: exp.json: 1 entry added.']]);
      expect(commands()).toEqual(['echo a', 'echo b', 'echo c']);
      expect(drafts()).toEqual([]);
      await expectSaneTerminal();
    });

    test('saves nothing, and nothing is changed', async () => {
      await edit(NANO);
      terminal.type('x', 'C-x');
      await terminal.shows('Save modified buffer');
      terminal.type('n');
      const { code, screen } = await terminal.over();
      expect(code).toBe(0);
      expect(screen[0]).toBe('cooperate: nothing was changed.');
      expect(commands()).toEqual(['echo a', 'echo b']);
    });

    test('empties the copy, and it asks before all is removed', async () => {
      await edit(NANO);
      terminal.type('', 'C-k', 'C-k', 'C-k', 'C-k', 'C-o', 'Enter');
      await terminal.shows('Wrote 0 lines');
      terminal.type('', 'C-x');
      await terminal.shows('All 2 entries are gone. Remove them?');
      terminal.type('', 'C-c');
      const { code, screen } = await terminal.over();
      expect(code).toBe(130);
      expect(screen.join(' ')).toContain('your copy is kept as');
      expect(commands()).toEqual(['echo a', 'echo b']);
      await expectSaneTerminal();
    });
  });
});
