import { describe, expect, it } from 'vitest';
import { parseFactor } from '../../src/doe/factors/spelling.js';
import { placeholdersIn, templateOf } from '../../src/doe/template.js';
import type { Style } from '../../src/doe/experiment.js';
import type { Level } from '../../src/doe/factors/space.js';

const level = (value: string | number): Level => ({ value, text: String(value) });

function argvOf(command: string[], names: string[], levels: (Level | undefined)[], style: Style = 'option') {
  return templateOf(
    command,
    names.map((name) => parseFactor(`${name}=1,2`, style)),
  )(levels);
}

describe('a command with factors', () => {
  it.each([
    ['option', ['run', '--lr', '0.1', '-b', '32']],
    ['equals', ['run', '--lr=0.1', '-b=32']],
    ['bare', ['run', 'lr=0.1', 'b=32']],
    ['positional', ['run', '0.1', '32']],
  ] as const)('takes them as %s', (style, argv) => {
    expect(argvOf(['run'], ['lr', '-b'], [level(0.1), level(32)], style)).toEqual(argv);
  });

  it('keeps the dashes of a name as they were typed', () => {
    expect(argvOf(['run'], ['--learning-rate'], [level(1)])).toEqual(['run', '--learning-rate', '1']);
  });

  it('puts a value where its placeholder stands, anywhere and more than once, and not again at the end', () => {
    const argv = argvOf(
      ['python', 'out-{lr}/{b}', '{lr}', '{"json": 1}'],
      ['lr', 'b'],
      [level(0.1), level(32)],
    );
    expect(argv).toEqual(['python', 'out-0.1/32', '0.1', '{"json": 1}']);
  });

  it('knows a name with dashes by underscores too', () => {
    expect(argvOf(['x={batch_size}'], ['--batch-size'], [level(8)])).toEqual(['x=8']);
    expect(argvOf(['x={batch-size}'], ['--batch-size'], [level(8)])).toEqual(['x=8']);
  });

  it('leaves a factor out that takes no part', () => {
    expect(argvOf(['run', '{lr}', 'a{lr}b'], ['lr', 'b'], [undefined, undefined])).toEqual(['run', 'ab']);
  });

  it('leaves out the option in front of its place too', () => {
    const command = ['run', '--lr', '{lr}', '--b={b}', 'data', '{b}'];
    expect(argvOf(command, ['lr', 'b'], [undefined, undefined])).toEqual(['run', '--b=', 'data']);
    expect(argvOf(command, ['lr', 'b'], [level(1), level(2)])).toEqual([
      'run',
      '--lr',
      '1',
      '--b=2',
      'data',
      '2',
    ]);
  });

  it('takes groups and flags as they are', () => {
    const groups: Level = {
      value: '--sgd --momentum 0.9',
      text: '--sgd --momentum 0.9',
      args: ['--sgd', '--momentum', '0.9'],
    };
    const absent: Level = { value: false, text: '', args: [] };
    expect(argvOf(['run'], ['opt', 'amp'], [groups, absent])).toEqual(['run', '--sgd', '--momentum', '0.9']);
    expect(argvOf(['run', '{opt}', 'end'], ['opt'], [groups])).toEqual([
      'run',
      '--sgd',
      '--momentum',
      '0.9',
      'end',
    ]);
  });

  it('names the placeholders of a command', () => {
    expect(placeholdersIn(['{lr}', 'a{b-c}d{e}', '{1}', '{}', '{"x": 2}'])).toEqual(['lr', 'b_c', 'e']);
  });
});
