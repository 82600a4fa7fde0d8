import { once } from 'node:events';
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectNoTrace, expectReadable, Folder, leavesItsName, until, type Ended } from '../support/cli.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  folder.write('exp.json', '[\n  ["echo", "a"],\n  ["echo", "b"]\n]\n');
});
afterEach(() => folder.dispose());

const DRAFTS = '.state/cooperate/edits';

/** An editor: a script that finds the copy in `$1`. */
function editor(script: string, name = 'editor'): string {
  folder.write(name, `#!/bin/sh\n${script}\n`, 0o755);
  return folder.in(name);
}

function edit(script: string, ...args: string[]): Promise<Ended> {
  return folder.start(['edit', 'exp.json', ...args], { env: { EDITOR: editor(script) } }).ended;
}

const drafts = (): string[] => (existsSync(folder.in(DRAFTS)) ? folder.names(DRAFTS) : []);
/** The copy that was kept. */
const kept = (): string => join(folder.in(DRAFTS), drafts()[0] ?? '', 'exp.json');
const ADDS_C = `sed -i 's/"b"\\]/"b"],\\n  ["echo", "c"]/' "$1"`;
const WITH_C = '[\n  ["echo", "a"],\n  ["echo", "b"],\n  ["echo", "c"]\n]\n';

describe('an editor', () => {
  test.each([
    ['writes a new file and renames it over the copy', ADDS_C],
    ['truncates the copy and writes', `printf '${WITH_C.replaceAll('\n', '\\n')}' > "$1"`],
    [
      'moves the copy away and writes a new one',
      `mv "$1" "$1~"; sed 's/"b"\\]/"b"],\\n  ["echo", "c"]/' "$1~" > "$1"`,
    ],
    ['leaves files of its own beside it', `touch "$(dirname "$1")/.exp.json.swp"; ${ADDS_C}`],
  ])('that %s is understood, and nothing is left of the copy', async (_how, script) => {
    const { code, stderr } = await edit(script);
    expect([code, stderr]).toEqual([0, 'cooperate: exp.json: 1 entry added.\n']);
    expect(folder.read('exp.json')).toBe(WITH_C);
    expect(drafts()).toEqual([]);
    expect(folder.names()).toEqual(['.state', 'editor', 'exp.json', 'exp.json.cooperate']);
  });

  test('that nobody named is not started where there is no terminal', async () => {
    const program = folder.start(['edit', 'exp.json'], { env: { VISUAL: '', EDITOR: '' } });
    const { code, stderr } = await program.ended;
    expect(code).toBe(2);
    expect(stderr).toBe(
      'cooperate: there is no terminal to edit on.\nSet EDITOR to a program that needs none, or use cooperate add.\n',
    );
    expect(drafts()).toEqual([]);
  });

  test('may have arguments, and $VISUAL comes before $EDITOR', async () => {
    const VISUAL = `${editor(`[ "$1" = --wait ] && shift && ${ADDS_C}`, 'my editor').replace('my ', 'my\\ ')} --wait`;
    const program = folder.start(['edit', 'exp.json'], { env: { VISUAL, EDITOR: 'false' } });
    expect((await program.ended).code).toBe(0);
    expect(folder.read('exp.json')).toBe(WITH_C);
  });

  test('gets a copy that is private and has the name of the schedule', async () => {
    await edit(
      `stat -c '%a' "$(dirname "$1")" > seen; basename "$1" >> seen; cmp "$1" exp.json && echo same >> seen`,
    );
    expect(folder.lines('seen')).toEqual(['700', 'exp.json', 'same']);
  });

  test('that changes nothing changes nothing, and makes no sidecar', async () => {
    const { code, stderr } = await edit('sleep 1.1');
    expect([code, stderr]).toEqual([0, 'cooperate: nothing was changed.\n']);
    expect(folder.names()).toEqual(['.state', 'editor', 'exp.json']);
    expect(drafts()).toEqual([]);
  });

  test('that returns at once is told of, and what it saves later is not lost', async () => {
    const { stderr } = await edit(
      `(${until('$COOPERATE_TEST_FOLDER/go')}; ${ADDS_C}; touch saved) > /dev/null 2>&1 &`,
    );
    expect(stderr).toContain('nothing was changed.');
    expect(stderr).toContain(`${folder.in('editor')} returned at once.`);
    expect(stderr).toContain("EDITOR='code --wait'");
    folder.write('go', '');
    await folder.hasLines('saved', 0);
    await vi.waitFor(() => expect(existsSync(folder.in('saved'))).toBe(true));
    expect((await edit('true', '--resume')).stderr).toBe('cooperate: exp.json: 1 entry added.\n');
    expect(folder.read('exp.json')).toBe(WITH_C);
    expect(drafts()).toEqual([]);
  });

  test.each([
    ['ends with an error', 'exit 3', 'ended with exit code 3'],
    ['is killed', 'kill -9 $$', 'was ended by SIGKILL'],
  ])('that %s changes nothing, and what it wrote is kept', async (_how, script, why) => {
    const { code, stderr } = await edit(`${ADDS_C}; ${script}`);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
    expect(stderr).toContain('Nothing was changed.');
    expect(stderr).toContain(`your copy is kept as ${kept()}; cooperate edit exp.json goes on with it.`);
    expect(folder.read('exp.json')).not.toBe(WITH_C);
    expect(readFileSync(kept(), 'utf8')).toBe(WITH_C);
  });

  test('that ends with an error and wrote nothing leaves nothing', async () => {
    const { code, stderr } = await edit('exit 1');
    expect(code).toBe(2);
    expectReadable(stderr);
    expect(drafts()).toEqual([]);
  });

  test('that is not there is named', async () => {
    const { code, stderr } = await folder.start(['edit', 'exp.json'], { env: { EDITOR: 'nano-but-better' } })
      .ended;
    expect(code).toBe(2);
    expect(stderr).toContain('the editor nano-but-better could not be started.\nName another');
    expect(drafts()).toEqual([]);
  });

  test.each([
    ['rubbish', `echo 'no more [[' > "$1"`, /line 1, column 1 of your copy: n cannot stand here/],
    [
      'half a schedule',
      `printf '[\\n  ["echo", "a"],\\n  ["ec' > "$1"`,
      /line 3, column 4 of your copy: this string is never closed/,
    ],
    ['nothing', ': > "$1"', /the file is empty/],
    ['UTF-16', `printf '\\377\\376[\\0]\\0' > "$1"`, /UTF-16 text; save it as UTF-8/],
  ])(
    'that writes %s: nothing is written to the schedule, and the copy is kept',
    async (_what, script, message) => {
      const before = folder.read('exp.json');
      const { code, stderr } = await edit(script);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
      expect(stderr).toContain('your copy is kept as');
      expectNoTrace(stderr);
      expect(folder.read('exp.json')).toBe(before);
      expect(drafts()).toHaveLength(1);
      expect(folder.names()).not.toContain('exp.json.cooperate');
      // And mended, it comes in.
      expect((await edit(`printf '${WITH_C.replaceAll('\n', '\\n')}' > "$1"`, '--resume')).code).toBe(0);
      expect(folder.read('exp.json')).toBe(WITH_C);
      expect(drafts()).toEqual([]);
    },
  );

  test('that removes the copy changes nothing', async () => {
    const { code, stderr } = await edit('rm "$1"');
    expect(code).toBe(2);
    expect(stderr).toContain('the copy is gone');
    expect(drafts()).toEqual([]);
  });
});

describe('an edit', () => {
  test('keeps the formatting of the person, byte for byte, and the mode of the file', async () => {
    folder.write('exp.json', '[["echo","a"],["echo","b"]]', 0o640);
    const text = '\ufeff[ ["echo" , "a"],\r\n\r\n\t["echo", "b\\u0062", 1.50] ]\r\n';
    folder.write('new', text);
    expect((await edit('cat new > "$1"')).code).toBe(0);
    expect(folder.read('exp.json')).toBe(text);
    expect(statSync(folder.in('exp.json')).mode & 0o777).toBe(0o640);
  });

  test('may be of the formatting alone', async () => {
    const { stderr } = await edit(`sed -i 's/^  /\\t/' "$1"`);
    expect(stderr).toBe('cooperate: exp.json: only the formatting was changed.\n');
    expect(folder.read('exp.json')).toBe('[\n\t["echo", "a"],\n\t["echo", "b"]\n]\n');
  });

  test('reaches the schedule through a link', async () => {
    symlinkSync('exp.json', folder.in('link.json'));
    const program = folder.start(['edit', 'link.json'], { env: { EDITOR: editor(ADDS_C) } });
    expect((await program.ended).code).toBe(0);
    expect(folder.read('exp.json')).toBe(WITH_C);
    expect(folder.names()).not.toContain('link.json.cooperate');
  });

  test('of a missing one is a usage error', async () => {
    const { code, stderr } = await folder.cooperate('edit', 'nope.json');
    expect(code).toBe(2);
    expectReadable(stderr);
    expect(stderr).toContain('there is no schedule nope.json');
  });

  test('without a home keeps its copy beside the schedule', async () => {
    const env = { EDITOR: editor(`${ADDS_C}; exit 1`), XDG_STATE_HOME: '', HOME: '' };
    const { stderr } = await folder.start(['edit', 'exp.json'], { env }).ended;
    expect(stderr).toContain(folder.in('exp.json.cooperate/edits/'));
    const again = { ...env, EDITOR: 'true' };
    expect((await folder.start(['edit', 'exp.json', '--resume'], { env: again }).ended).code).toBe(0);
    expect(folder.read('exp.json')).toBe(WITH_C);
  });

  test('of something that is no schedule mends it', async () => {
    folder.write('exp.json', '[["echo", a]]', 0o640);
    const { code, stderr } = await edit(`sed -i 's/ a/ "a"/' "$1"`);
    expect([code, stderr]).toEqual([0, 'cooperate: exp.json is a valid schedule now.\n']);
    expect(folder.read('exp.json')).toBe('[["echo", "a"]]');
    expect(statSync(folder.in('exp.json')).mode & 0o777).toBe(0o640);
    expect(folder.names()).toEqual(['.state', 'editor', 'exp.json', 'exp.json.cooperate']);
    expect((await folder.cooperate('run', 'exp.json')).stdout).toBe('a\n');
  });

  test('of something that is no schedule, and that somebody else has mended meanwhile, changes nothing', async () => {
    folder.write('exp.json', '[["echo", a]]');
    const { code, stderr } = await edit(`sed -i 's/ a/ "a"/' "$1"; echo '[["echo", "x"]]' > exp.json`);
    expect(code).toBe(2);
    expect(stderr).toContain('exp.json was changed by somebody else meanwhile.');
    expect(folder.read('exp.json')).toBe('[["echo", "x"]]\n');
    expect(readFileSync(kept(), 'utf8')).toBe('[["echo", "a"]]');
  });

  test('that nobody finished is told of where there is nobody to ask', async () => {
    await edit(`${ADDS_C}; exit 1`);
    const { code, stderr } = await edit(`sed -i 's/"a"/"x"/' "$1"`);
    expect(code).toBe(0);
    expect(stderr).toMatch(/an edit from .* was not finished: .*; --resume goes on with it\./);
    expect(folder.read('exp.json')).toBe('[\n  ["echo", "x"],\n  ["echo", "b"]\n]\n');
    // The other one is merged with it.
    expect((await edit('true', '--resume')).code).toBe(0);
    expect(folder.read('exp.json')).toBe('[\n  ["echo", "x"],\n  ["echo", "b"],\n  ["echo", "c"]\n]\n');
  });

  test('to be resumed that there is none of is a usage error', async () => {
    const { code, stderr } = await edit('true', '--resume');
    expect(code).toBe(2);
    expectReadable(stderr);
  });
});

describe('an edit while workers are at work', () => {
  const waits = (name: string): string[] => leavesItsName(name, until(`$COOPERATE_TEST_FOLDER/go-${name}`));

  test('loses no mark, and every entry runs once', async () => {
    folder.schedule([waits('a'), waits('b'), waits('c'), waits('d'), waits('e')]);
    const workers = [1, 2].map(() => folder.start(['run', 'exp.json']));
    await folder.hasLines('ran', 2);
    // While the editor is open two entries end and two others are taken; then one is removed and one added.
    folder.write(
      'change.js',
      `const fs = require('node:fs');
       const entries = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
       const f = ['sh', '-c', 'echo f >> "$COOPERATE_TEST_FOLDER/ran"'];
       fs.writeFileSync(process.argv[2], JSON.stringify([...entries.filter((entry) => entry.at(-1) !== 'e'), f]));`,
    );
    const waitFor4 = `while [ $(wc -l < ran) -lt 4 ]; do sleep 0.02; done`;
    const program = folder.start(['edit', 'exp.json'], {
      env: {
        EDITOR: editor(`touch open; ${waitFor4}; "${process.execPath}" change.js "$1"`),
      },
    });
    await vi.waitFor(() => expect(existsSync(folder.in('open'))).toBe(true), { timeout: 10_000 });
    folder.write('go-a', '');
    folder.write('go-b', '');
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('cooperate: exp.json: 1 entry changed.\n');
    expect(stderr).toContain('cooperate: meanwhile: 2 entries were taken; that is kept.\n');
    expect(folder.marks()).toBe('xxxx.');
    for (const name of 'cd') folder.write(`go-${name}`, '');
    for (const worker of workers) expect((await worker.ended).code).toBe(0);
    expect(folder.lines('ran').sort()).toEqual(['a', 'b', 'c', 'd', 'f']);
    expect(folder.marks()).toBe('xxxxx');
  });

  test('of what a worker has taken meanwhile is a conflict, which is told where there is nobody to ask', async () => {
    folder.schedule([waits('a'), waits('b')]);
    const program = folder.start(['edit', 'exp.json'], {
      env: {
        EDITOR: editor(
          `touch open; while [ ! -e ran ]; do sleep 0.02; done; sed -i 's/"a"\\]/"a","more"]/' "$1"`,
        ),
      },
    });
    await vi.waitFor(() => expect(existsSync(folder.in('open'))).toBe(true), { timeout: 10_000 });
    const worker = folder.start(['run', 'exp.json', '--limit', '1']);
    const { code, stderr } = await program.ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/a conflict, sh .* a: you: sh .* a more; meanwhile: taken by a worker\./);
    expect(stderr).toContain('Nothing was written.');
    expect(folder.marks()).toBe('x.');
    expect(readFileSync(kept(), 'utf8')).toContain('more');
    folder.write('go-a', '');
    expect((await worker.ended).code).toBe(0);
  });

  test('puts entries back, which run again', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('b', 'exit 1'), leavesItsName('c')]);
    await folder.cooperate('run', 'exp.json', '--keep-going');
    const { stderr } = await edit(`sed -i 's/"executed", *//g' "$1"`);
    expect(stderr).toBe('cooperate: exp.json: 3 entries put back.\n');
    expect(folder.marks()).toBe('...');
    await folder.cooperate('run', 'exp.json', '--keep-going');
    expect(folder.lines('ran')).toEqual(Array.from('abcabc'));
    expect(folder.marks()).toBe('xxx');
  });

  test('does not hold the lock while the editor is open', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('b')]);
    const program = folder.start(['edit', 'exp.json'], {
      env: { EDITOR: editor(`touch open; ${until('$COOPERATE_TEST_FOLDER/go')}`) },
    });
    await vi.waitFor(() => expect(existsSync(folder.in('open'))).toBe(true), { timeout: 10_000 });
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect((await folder.cooperate('add', 'exp.json', '--', 'true')).code).toBe(0);
    folder.write('go', '');
    expect((await program.ended).stderr).toContain('cooperate: nothing was changed.\n');
    expect(folder.marks()).toBe('xx.');
  });
});

describe('an edit that is killed', () => {
  test('while the editor is open, is offered by the next, with what was saved after it', async () => {
    const program = folder.start(['edit', 'exp.json'], {
      env: { EDITOR: editor(`touch open; ${until('$COOPERATE_TEST_FOLDER/go')}; ${ADDS_C}; touch saved`) },
    });
    await vi.waitFor(() => expect(existsSync(folder.in('open'))).toBe(true), { timeout: 10_000 });
    const gone = once(program.child, 'exit');
    program.signal('SIGKILL');
    await gone;
    folder.write('go', '');
    await vi.waitFor(() => expect(existsSync(folder.in('saved'))).toBe(true), { timeout: 10_000 });
    await folder.cooperate('add', 'exp.json', '--', 'echo', 'x');
    expect((await edit('true', '--resume')).code).toBe(0);
    expect(JSON.parse(folder.read('exp.json'))).toEqual(Array.from('abxc').map((letter) => ['echo', letter]));
    expect(drafts()).toEqual([]);
  });

  test('is not offered while its editor has its process', async () => {
    const program = folder.start(['edit', 'exp.json'], {
      env: { EDITOR: editor(`${ADDS_C}; touch open; ${until('$COOPERATE_TEST_FOLDER/go')}`, 'slow') },
    });
    await vi.waitFor(() => expect(existsSync(folder.in('open'))).toBe(true), { timeout: 10_000 });
    expect((await edit('true', '--resume')).stderr).toContain('no edit of exp.json is kept');
    folder.write('go', '');
    expect((await program.ended).code).toBe(0);
  });
});
