import { describe, expect, test } from 'vitest';
import { widthOf } from '../../src/ports/screen-text.js';
import { commands, failed, lost, running, snapshot, succeeded, Viewer, worker } from './support.js';

const mixed = () =>
  snapshot(
    commands(40),
    { 0: succeeded(), 1: failed(), 2: failed(), 3: lost(), 4: running(), 5: running('w2') },
    [worker('w1', { running: [4], failed: 2 }), worker('w2', { standing: 'suspect', running: [5] })],
  );

describe('what is shown', () => {
  test('how far it is, how long it will take, how many entries are in which state, who works, and the entries', () => {
    const screen = new Viewer().sees(mixed(), ['40 entries an hour, about 2 h left', '2 h left']).screen;
    expect(screen[0]).toMatch(/^exp\.json {2}40 entries, 10% ended .* 40 entries an hour, about 2 h left$/);
    expect(screen[2]).toBe('0 all 40  1 pending 34  3 running 2  5 succeeded 1  6 failed 2  8 lost 1');
    expect(screen[3]).toMatch(/^ +worker +state +since +done +failed +heard +runs$/);
    expect(screen[4]).toMatch(/host-of-w1 7 +alive +1h00m +0 +2 +3s ago +4 {2}python main\.py --lr=4$/);
    expect(screen.find((line) => line.startsWith('>'))).toMatch(
      /^> +0 succeeded +1 host-of-w1 +3s python main\.py --lr=0$/,
    );
    expect(screen.find((line) => / 4 running/.test(line))).toMatch(/ 4 running +1 host-of-w1 +1m03s python/);
  });

  test('before the first look, that it is being read', () => {
    expect(new Viewer().screen[0]).toBe('Reading exp.json...');
  });

  test('that there are no entries', () => {
    expect(new Viewer().sees(snapshot([])).list).toEqual(['  The schedule has no entries.']);
  });

  test('escapes in commands and hosts do nothing to the terminal', () => {
    const evil = '\u001b[2J\u202e';
    const screen = new Viewer()
      .sees(snapshot([['echo', evil]], { 0: running(evil) }, [worker(evil)]))
      .screen.join('\n');
    // eslint-disable-next-line no-control-regex -- it is about them
    expect(screen).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(screen).toContain('\\x1b[2J\\u202e');
  });

  test.each([
    [40, 10],
    [41, 11],
    [60, 16],
    [80, 24],
    [120, 40],
    [250, 60],
    [20, 4],
    [1, 1],
  ])('in %i columns and %i rows no line is too long and none too many', (columns, rows) => {
    const viewer = new Viewer(columns, rows).sees(mixed(), ['40 entries an hour, about 2 h left', '2 h left']);
    const wide = snapshot([['漢字'.repeat(200)], ['👍'.repeat(99)]], { 1: running('漢字') }, [worker('漢字')]);
    for (const seen of [mixed(), wide]) {
      for (const keys of [[], ['?'], ['escape', 'w'], ['escape', 'f'], ['escape', 'enter'], ['escape']]) {
        viewer.sees(seen).press(...keys);
        const { screen } = viewer;
        expect(screen.length).toBeLessThanOrEqual(Math.max(1, rows));
        for (const line of screen) expect(widthOf(line)).toBeLessThan(Math.max(2, columns));
      }
    }
  });

  test('on a narrow screen the state and the command are still there', () => {
    const { chosen } = new Viewer(40, 10).sees(mixed());
    expect(chosen).toBe('>  0 succeeded   python main.py --lr=0');
  });
});

describe('moving', () => {
  test.each([
    ['j', '> +1 '],
    ['down', '> +1 '],
    ['G', '> +39 '],
    ['end', '> +39 '],
  ])('%s', (key, shows) => {
    expect(new Viewer().sees(mixed()).press(key).chosen).toMatch(new RegExp(`^${shows}`));
  });

  test('goes back with k, up, g and Home, and no further than the ends', () => {
    const viewer = new Viewer().sees(mixed()).press('G', 'j', 'k', 'up');
    expect(viewer.chosen).toMatch(/^> +37 /);
    expect(viewer.press('g', 'k').chosen).toMatch(/^> +0 /);
    expect(viewer.press('end', 'home').chosen).toMatch(/^> +0 /);
  });

  test('by a page shows the line that was last as the first', () => {
    const viewer = new Viewer().sees(mixed());
    const before = viewer.list.at(-1);
    viewer.press('page-down');
    expect(viewer.chosen.slice(2)).toBe(before?.slice(2));
    viewer.press('page-up');
    expect(viewer.chosen).toMatch(/^> +0 /);
  });

  test('a smaller screen keeps the selected entry on it', () => {
    const viewer = new Viewer(100, 40).sees(mixed()).press(...Array<string>(25).fill('j'));
    expect(viewer.size(60, 12).chosen).toMatch(/^> +25 /);
    expect(viewer.size(200, 60).chosen).toMatch(/^> +25 /);
  });

  test('at the end of a list that became shorter there is no empty space', () => {
    const viewer = new Viewer().sees(snapshot(commands(100))).press('G');
    const { length } = viewer.list;
    viewer.sees(snapshot(commands(30)));
    expect(viewer.list).toHaveLength(length);
    expect(viewer.chosen).toMatch(/^> +29 /);
  });
});

test('what is beside the screen of long commands is seen by going to the right', () => {
  const viewer = new Viewer(40, 12).sees(snapshot([['python', 'x'.repeat(40), '--lr=0.5']]));
  expect(viewer.chosen).toMatch(/python x+…$/);
  viewer.press(...Array<string>(4).fill('right'));
  expect(viewer.chosen).toMatch(/ …x+ --lr=0\.5$/);
  viewer.press(...Array<string>(9).fill('left'));
  expect(viewer.chosen).toMatch(/python x+…$/);
});

test('commands of megabytes are shown as quickly as others', () => {
  const huge = Array.from({ length: 40 }, () => ['echo', ...Array<string>(100_000).fill('word')]);
  const viewer = new Viewer(100, 40).sees(snapshot(huge));
  const began = performance.now();
  for (let i = 0; i < 20; i++) viewer.press('j');
  expect(viewer.screen.join('\n')).toContain('echo word word');
  expect(performance.now() - began).toBeLessThan(1000);
});

describe('filters', () => {
  test('a digit shows the entries of the state with that number, and 0 all', () => {
    const viewer = new Viewer().sees(mixed()).press('6');
    expect(viewer.list).toHaveLength(2);
    expect(viewer.list.every((line) => line.includes('failed'))).toBe(true);
    expect(viewer.press('0').list.length).toBeGreaterThan(10);
  });

  test('Tab goes round through the states that there are', () => {
    const viewer = new Viewer().sees(mixed());
    const states = Array.from({ length: 6 }, () => viewer.press('tab').model.filter.state);
    expect(states).toEqual(['pending', 'running', 'succeeded', 'failed', 'lost', undefined]);
    expect(viewer.press('shift-tab').model.filter.state).toBe('lost');
  });

  test('a text is looked for in commands, states and hosts, whatever its case', () => {
    const viewer = new Viewer().sees(mixed());
    const found = (text: string) => viewer.press('/', 'ctrl-u').type(text).press('enter').list;
    expect(found('LR=17')).toHaveLength(1);
    expect(found('main.py --lr=3').length).toBe(11);
    expect(found('host-of-w2')).toHaveLength(1);
    expect(found('lost')).toHaveLength(1);
    expect(found('nothing like that')).toEqual(['  No such entries.']);
    expect(viewer.screen.join('\n')).toContain('/nothing like that  0 of 40');
    expect(viewer.press('escape').list.length).toBeGreaterThan(10);
  });

  test('Escape while typing changes nothing, and keys are text then', () => {
    const viewer = new Viewer().sees(mixed()).press('/').type('qrf0 ');
    expect(viewer.foot).toMatch(/^\/qrf0/);
    expect(viewer.press('backspace', 'backspace').foot).toMatch(/^\/qrf /);
    viewer.press('escape');
    expect(viewer.model.filter).toEqual({});
    expect(viewer.model.typing).toBeUndefined();
  });

  test('an entry that leaves the list leaves the cursor where it was', () => {
    const states = { 3: failed(), 7: failed(), 9: failed() };
    const viewer = new Viewer().sees(snapshot(commands(20), states)).press('6', 'j');
    expect(viewer.chosen).toMatch(/^> +7 /);
    viewer.sees(snapshot(commands(20), { 3: failed(), 7: running(), 9: failed() }));
    expect(viewer.chosen).toMatch(/^> +9 /);
    viewer.sees(snapshot(commands(20), { 1: failed(), 3: failed(), 9: failed() }));
    expect(viewer.chosen).toMatch(/^> +9 /);
  });

  test('what was found for an earlier filter is not shown for a later one', () => {
    const viewer = new Viewer().sees(mixed()).press('6');
    const { filter } = viewer.model;
    viewer.press('1').happens({ is: 'sifted', filter, matches: Uint32Array.of(1, 2) });
    expect(viewer.list.every((line) => line.includes('pending'))).toBe(true);
  });
});
