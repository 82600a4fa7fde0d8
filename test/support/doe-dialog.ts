import { expect } from 'vitest';
import { design } from '../../src/commands/doe.js';
import { designByAsking, type DialogContext, type Preview } from '../../src/commands/doe-dialog.js';
import { cloudOf } from '../../src/doe/picture.js';
import type { Spec } from '../../src/doe/spec/spec-schema.js';
import { commandLine } from '../../src/schedule/slots.js';
import { fakeTerminal } from './fake-terminal.js';

/** The real one, of at most two commands at either end. */
export function preview(spec: Spec): Preview {
  const { plan } = design(spec, false);
  const commands = Array.from({ length: plan.count }, (_, run) => commandLine(plan.argv(run)));
  const last = commands.length > 4 ? commands.slice(-2) : [];
  return {
    count: plan.count,
    commands: { first: commands.slice(0, last.length > 0 ? 2 : 4), last },
    remarks: plan.report.facts,
    points: cloudOf(plan),
  };
}

/** Goes through the dialog by a script, all of it. */
export async function ask(script: string, context: Partial<DialogContext> = {}) {
  const terminal = fakeTerminal(script);
  const subject = { schedule: 'exp.json', existing: undefined, preview, ...context };
  const answered = await designByAsking(terminal, subject);
  expect(terminal.left).toEqual([]);
  return { ...answered, shown: terminal.shown.join('\n') };
}

export const commandsOf = (spec: Spec | undefined): string[] => {
  if (!spec) throw new Error('there is no spec');
  const { plan } = design(spec, false);
  return Array.from({ length: plan.count }, (_, run) => commandLine(plan.argv(run)));
};

export const COMMAND = `
  Command to run:
  Static option 1:
`;
export const OPTION_X = `
  Option to vary 1: x
  Option to vary 2:
`;
export const TO_VALUES = COMMAND + OPTION_X;

export const FACTORIAL = `
  Command to run: main.py
  Static option 1: --epochs 10
  Static option 2: --name 'a b'
  Static option 3:
  Option to vary 1: lr
  Option to vary 2: dropout
  Option to vary 3: opt
  Option to vary 4:
  Values of lr: log
  Low end of lr: 1e-4
  High end of lr: 1e-1
  Number of steps of lr: 4
  Values of dropout: linear
  Low end of dropout: 0
  High end of dropout: 0.5
  Number of steps of dropout: 3
  Values of opt: manual
  Value 1 of opt: adam
  Value 2 of opt: sgd
  Value 3 of opt:
  How to combine them: factorial
  What now: write
`;
