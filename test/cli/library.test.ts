import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Folder, sh, until, type Ended } from '../support/cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The programs in the documentation. */
const examples = [...readFileSync(join(ROOT, 'docs/library.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)].map(
  ([, text = '']) => text,
);

let packed: Folder;
/** What npm would unpack. */
let tarball: string;
beforeAll(() => {
  packed = new Folder();
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed.path], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  tarball = packed.in(readdirSync(packed.path).find((name) => name.endsWith('.tgz')) ?? '');
});
afterAll(() => packed.dispose());

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  const installed = folder.in('node_modules/cooperate');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
});
afterEach(() => folder.dispose());

/** Runs a program that imports the package by its name. */
function run(text: string): Promise<Ended> {
  folder.write('program.mjs', text);
  const child = spawn(process.execPath, ['program.mjs'], { cwd: folder.path, env: folder.env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** With the schedule open; prints what `body` returns. */
async function asked(body: string): Promise<unknown> {
  const { stdout, stderr } = await run(`
    import { openSchedule, CooperateError } from 'cooperate';
    const schedule = await openSchedule('exp.json');
    const answer = async () => { ${body} };
    const told = (error) => ({ isOurs: error instanceof CooperateError, reason: error.reason, message: error.message });
    console.log(JSON.stringify(await answer().catch(told)));
  `);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const worked = () => folder.cooperate('run', 'exp.json', '--keep-going');

describe('the examples of the documentation', () => {
  test('run', async () => {
    folder.schedule([sh('echo one'), sh('exit 3')]);
    await worked();
    const outputs: string[] = [];
    for (const text of examples) {
      const { code, stdout, stderr } = await run(text);
      expect([code, stderr]).toEqual([0, '']);
      outputs.push(stdout);
      await worked();
    }
    expect(outputs[0]).toMatch(/^1 of 2 succeeded, 1 failed\n/);
    expect(outputs[1]).toBe("1 sh -c 'exit 3' sh 3\nsucceeded\n".replaceAll("'", ''));
    expect(outputs[2]).toContain('succeeded: 1');
    expect(outputs[3]).toBe('one\n');
    expect(outputs[4]).toBe('added from 2\nput back [ 1 ]\nthere are no such entries\nasked to stop: []\n');
    expect(outputs[5]).toMatch(/^missing: .*nowhere\.json\n$/);
  });

  test('are well typed, without the types of Node too', () => {
    const process = 'declare const process: { stdout: { write(bytes: Uint8Array): unknown } };\n';
    for (const [i, text] of examples.entries()) folder.write(`example${i}.mts`, process + text);
    folder.write('wrong.mts', "import { openSchedule } from 'cooperate';\nawait openSchedule(3);\n");
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ lib: ['es2023', 'dom', 'dom.iterable'], types: [], skipLibCheck: false, skipDefaultLibCheck: true },
      ...{ module: 'nodenext', target: 'es2022', noEmit: true },
    };
    folder.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    expect(typeErrors()).toEqual([
      expect.stringMatching(/^wrong\.mts.*'number' is not assignable to parameter of type 'string'/),
    ]);
  }, 60_000);
});

function typeErrors(): string[] {
  const { stdout } = spawnSync(process.execPath, [TSC], { cwd: folder.path, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

test('importing and using it changes nothing in the process and prints nothing', async () => {
  folder.schedule([sh('exit 1')]);
  await worked();
  const { code, stdout, stderr } = await run(`
    const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'uncaughtException', 'unhandledRejection'];
    const state = () => JSON.stringify([events.map((event) => process.listenerCount(event)), Object.hasOwn(process, 'emit'), process.exitCode]);
    const before = state();
    const { openSchedule } = await import('cooperate');
    const schedule = await openSchedule('exp.json');
    await schedule.snapshot();
    await schedule.add([['true']]);
    await schedule.requeue({ failed: true });
    await schedule.stop();
    await schedule.close();
    if (state() !== before) throw new Error(state());
  `);
  expect([code, stdout, stderr]).toEqual([0, '', '']);
  expect(folder.marks()).toBe('..');
});

describe('while a worker works', () => {
  test('a watch sees every change until nothing is left, and the totals always add up', async () => {
    folder.schedule([sh(until('go')), sh('exit 2')]);
    const worker = folder.start(['run', 'exp.json', '--keep-going']);
    await worker.says('Running');
    const seen = (await asked(`
      const { writeFileSync } = await import('node:fs');
      const seen = [];
      for await (const { totals, count } of schedule.watch({ everyMs: 50 })) {
        if (Object.values(totals).reduce((a, b) => a + b) !== count) throw new Error('they do not add up');
        seen.push(totals);
        if (totals.running === 1) writeFileSync('go', '');
        if (totals.succeeded + totals.failed === 2) return seen;
      }
    `)) as Record<string, number>[];
    expect(seen.some(({ running, pending }) => running === 1 && pending === 1)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ succeeded: 1, failed: 1, pending: 0 });
    expect((await worker.ended).code).toBe(1);
  });

  test('a log is followed until its run ends, and can be left before', async () => {
    folder.schedule([sh(`echo first; ${until('go')}; echo last`)]);
    const worker = folder.start(['run', 'exp.json']);
    await worker.prints('first');
    const left = await asked(`
      for await (const bytes of schedule.log(0, { follow: true })) return new TextDecoder().decode(bytes);
    `);
    expect(left).toBe('first\n');
    const all = await asked(`
      const { writeFileSync } = await import('node:fs');
      let text = '';
      for await (const bytes of schedule.log(0, { follow: true })) {
        text += new TextDecoder().decode(bytes);
        writeFileSync('go', '');
      }
      return text;
    `);
    expect(all).toBe('first\nlast\n');
    await worker.ended;
  });

  test('what runs is not put back unforced, and stop reaches the worker', async () => {
    folder.schedule([sh(until('go')), sh('true')]);
    const worker = folder.start(['run', 'exp.json']);
    await worker.says('Running');
    expect(await asked('return schedule.requeue(0);')).toMatchObject({
      isOurs: true,
      reason: 'usage',
      message: expect.stringContaining('it would run twice'),
    });
    const { asked: stopped } = (await asked('return schedule.stop({ now: true });')) as { asked: unknown[] };
    expect(stopped).toHaveLength(1);
    await worker.ended;
    expect(folder.marks()).toBe('..');
  });

  test('closing ends what is watched, and refuses what comes later', async () => {
    folder.schedule([['true']]);
    expect(
      await asked(`
        let seen = 0;
        for await (const snapshot of schedule.watch()) {
          seen++;
          await schedule.close();
        }
        const later = await schedule.snapshot().catch(({ reason, message }) => [reason, message]);
        return [seen, ...later];
      `),
    ).toEqual([1, 'usage', 'the schedule was closed.\nOpen it again.']);
  });
});

test('a wait that is aborted fails for the reason given', async () => {
  folder.schedule([['true']]);
  expect(
    await asked(`
      const signal = AbortSignal.abort(new Error('enough'));
      return schedule.add([['x']], { signal });
    `),
  ).toEqual({ isOurs: false, message: 'enough' });
  expect(folder.marks()).toBe('.');
});

test('errors carry the facts', async () => {
  folder.write('exp.json', '[["a"],\n ["b" "c"]]');
  expect(
    await asked('return schedule.snapshot().catch(({ reason, detail }) => ({ reason, place: detail.place }));'),
  ).toMatchObject({ reason: 'schedule-unusable', place: { line: 2, column: 7 } });
  folder.schedule([['true']]);
  await worked();
  expect(await asked('for await (const part of schedule.log(7));')).toMatchObject({ reason: 'entry-unknown' });
  expect(await asked('return schedule.requeue({});')).toMatchObject({ reason: 'usage' });
  expect(await asked('return schedule.add([["a", 3]]);')).toMatchObject({ reason: 'usage' });
  expect(await asked('return schedule.log(0, { attempt: 4 }).next();')).toMatchObject({ reason: 'usage' });
});
