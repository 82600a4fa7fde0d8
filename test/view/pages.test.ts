import { describe, expect, test } from 'vitest';
import { commands, failed, lost, run, running, snapshot, succeeded, Viewer, worker } from './support.js';

const some = () =>
  snapshot(commands(9), { 0: succeeded(), 1: failed(), 2: running(), 3: lost() }, [worker('w1')]);
const lines = (count: number): string[] => Array.from({ length: count }, (_, i) => `line ${i}`);

describe('an entry', () => {
  test('is opened with its log, and closed again', () => {
    const viewer = new Viewer().sees(some()).press('j', 'enter');
    expect(viewer.effects).toEqual([{ do: 'read' }]);
    viewer.log(lines(3), true);
    expect(viewer.screen.slice(1, 3)).toEqual(['entry 1  failed  3.0s', 'python main.py --lr=1']);
    expect(viewer.screen[3]).toMatch(/^try 1, on host-of-w1, since .*, exit code 1 after 3\.0s$/);
    expect(viewer.list).toEqual(['line 0', 'line 1', 'line 2']);
    expect(viewer.press('escape').chosen).toMatch(/^> +1 /);
  });

  test('that runs shows the end of its log and follows it, until somebody scrolls up', () => {
    const viewer = new Viewer().sees(some()).press('j', 'j', 'enter').log(lines(100));
    expect(viewer.list.at(-1)).toBe('line 99');
    expect(viewer.log(lines(200)).list.at(-1)).toBe('line 199');
    viewer.press('k').log(lines(300));
    expect(viewer.list.at(-1)).toBe('line 198');
    expect(viewer.press('G').log(lines(400)).list.at(-1)).toBe('line 399');
    expect(viewer.press('g').list[0]).toBe('line 0');
    expect(viewer.press('page-down').list[0]).toBe(`line ${viewer.list.length - 1}`);
  });

  test('long lines are seen by going to the right', () => {
    const viewer = new Viewer(40, 12)
      .sees(some())
      .press('enter')
      .log([`${'a'.repeat(60)}end`], true);
    expect(viewer.list[0]).toMatch(/^a+…$/);
    expect(viewer.press('right', 'right').list[0]).toBe(`${'a'.repeat(20)}end`);
    expect(viewer.press('left', 'left', 'left').list[0]).toMatch(/^a+…$/);
  });

  test('that was run again begins with the new log; earlier tries are seen with [', () => {
    const two = { ...some(), runsOf: () => [run({ attempt: 1 }), run({ attempt: 2 })] };
    const viewer = new Viewer().sees(some()).press('j', 'enter').log(lines(3));
    expect(viewer.sees(two).effects).toEqual([{ do: 'read' }]);
    expect(viewer.model.detail).toMatchObject({ attempt: 2, log: undefined });
    expect(viewer.press('[').model.detail).toMatchObject({ attempt: 1, run: 0 });
    expect(viewer.effects).toEqual([{ do: 'read' }]);
    expect(viewer.press('[').foot).toBe('That was its first try.');
    expect(viewer.press(']').model.detail).toMatchObject({ attempt: 2, run: undefined });
  });

  test('that was taken out of the schedule meanwhile is said to be gone', () => {
    const viewer = new Viewer()
      .sees(some())
      .press('G', 'enter')
      .sees(snapshot(commands(2)));
    expect(viewer.screen.join('\n')).toContain('There is no entry 8 any more.');
    expect(viewer.press('r', 'escape').chosen).toMatch(/^> +1 /);
  });
});

describe('putting back', () => {
  test('is asked before it is done', () => {
    const viewer = new Viewer().sees(some()).press('j', 'r');
    expect(viewer.foot).toBe('Put entry 1 back, to be run again? y/n');
    expect(viewer.press('y').effects).toMatchObject([{ do: 'requeue', chosen: { entries: [1] } }]);
    expect(viewer.model.asked).toBeUndefined();
  });

  test.each(['n', 'escape', 'enter', 'j'])('is not done with %s', (key) => {
    const viewer = new Viewer().sees(some()).press('j', 'r', key);
    expect(viewer.effects).toEqual([]);
    expect(viewer.foot).toBe('Nothing was changed.');
    expect(viewer.chosen).toMatch(/^> +1 /);
  });

  test('is refused for what runs, what waits, and what succeeded', () => {
    const viewer = new Viewer().sees(some()).press('r');
    expect(viewer.foot).toMatch(/^Entry 0 is succeeded; only what failed, is lost or interrupted/);
    expect(viewer.press('j', 'j', 'r').foot).toMatch(/^Entry 2 is running/);
    expect(viewer.press('j').foot).toMatch(/help/);
  });

  test('means the entry that was asked about, also when others are taken out before it meanwhile', () => {
    const before = some();
    const viewer = new Viewer()
      .sees(before)
      .press('j', 'r')
      .sees(snapshot(commands(2)))
      .press('y');
    expect(viewer.effects).toEqual([{ do: 'requeue', chosen: { snapshot: before, entries: [1] } }]);
  });

  test('nothing is put back where nothing is listed', () => {
    const viewer = new Viewer().sees(some()).press('j', '/').type('no such').press('enter', 'r');
    expect(viewer.model.asked).toBeUndefined();
  });
});

describe('failures', () => {
  const list = [
    { cause: 'exit code 1', line: 'ValueError', entries: [1, 5] },
    { cause: 'lost', entries: [3] },
  ];

  test('are listed by what happened; Enter shows the entries of one kind', () => {
    const viewer = new Viewer().sees(some()).press('f');
    expect(viewer.effects).toEqual([{ do: 'group' }]);
    expect(viewer.list).toEqual(['  Looking...']);
    viewer.happens({ is: 'grouped', groups: { snapshot: some(), list } });
    expect(viewer.list[0]).toMatch(/^> +2 exit code 1: ValueError +1 {2}python main\.py --lr=1$/);
    viewer.press('enter');
    expect(viewer.list).toHaveLength(2);
    expect(viewer.screen.join('\n')).toContain('exit code 1  2 of 9');
    expect(viewer.press('escape').list.length).toBeGreaterThan(5);
  });

  test('of one kind are all put back at once', () => {
    const viewer = new Viewer()
      .sees(some())
      .press('f')
      .happens({ is: 'grouped', groups: { snapshot: some(), list } })
      .press('r');
    expect(viewer.foot).toBe('Put 2 entries back, to be run again? y/n');
    expect(viewer.press('y').effects).toMatchObject([{ do: 'requeue', chosen: { entries: [1, 5] } }]);
  });

  test('none is good news', () => {
    const viewer = new Viewer()
      .sees(some())
      .press('f')
      .happens({ is: 'grouped', groups: { snapshot: some(), list: [] } });
    expect(viewer.list).toEqual(['  Nothing has failed.']);
    expect(viewer.press('r', 'enter', 'j').list).toEqual(['  Nothing has failed.']);
  });
});

describe('workers and help', () => {
  test('all workers are listed, those at work first, and scrolled', () => {
    const workers = Array.from({ length: 50 }, (_, i) =>
      worker(`w${i}`, { standing: i < 49 ? 'gone' : 'alive' }),
    );
    const viewer = new Viewer().sees(snapshot(commands(3), {}, workers)).press('w');
    expect(viewer.list[0]).toMatch(/host-of-w49 7 +alive/);
    const { length } = viewer.list;
    expect(viewer.press('G').list).toHaveLength(length);
    expect(viewer.list.at(-1)).toContain('gone');
  });

  test('the keys are explained, also on a low screen', () => {
    const viewer = new Viewer(40, 10).sees(some()).press('?');
    expect(viewer.list[0]).toMatch(/^up down/);
    expect(viewer.press('G').list.at(-1)).toMatch(/^q, Ctrl-C/);
    expect(viewer.press('escape').chosen).toMatch(/^> /);
  });
});

test.each([
  ['q', { do: 'leave', key: 'q' }],
  ['ctrl-c', { do: 'leave', key: 'ctrl-c' }],
  ['ctrl-z', { do: 'suspend' }],
  ['ctrl-l', { do: 'repaint' }],
])('%s does what it does everywhere', (key, effect) => {
  expect(new Viewer().press(key).effects).toEqual([effect]);
  for (const page of ['w', 'f', '?', 'enter']) {
    expect(new Viewer().sees(some()).press(page, key).effects).toEqual([effect]);
  }
});

test('Ctrl-C leaves also while something is typed or asked', () => {
  expect(new Viewer().sees(some()).press('/', 'a', 'ctrl-c').effects).toEqual([{ do: 'leave', key: 'ctrl-c' }]);
  expect(new Viewer().sees(some()).press('j', 'r', 'ctrl-c').effects).toEqual([{ do: 'leave', key: 'ctrl-c' }]);
});

test('a look that failed is told with the age of what is shown, until one succeeds', () => {
  const viewer = new Viewer().sees(some()).happens({ is: 'trouble', text: 'exp.json could not be read.' });
  viewer.happens({ is: 'tick', now: viewer.model.now + 12_000 });
  expect(viewer.screen.join('\n')).toContain('exp.json could not be read. Shown is what was there 12s ago.');
  expect(viewer.sees(some()).screen.join('\n')).not.toContain('could not be read');
});
