import { design } from '../commands/doe.js';
import { designByAsking } from '../commands/doe-dialog.js';
import type { Existing } from '../commands/doe-write.js';
import type { Ports } from '../commands/workshop.js';
import { cloudOf } from '../doe/picture.js';
import { flagsOf } from '../doe/spec/spec-flags.js';
import { Failure } from '../failure.js';
import type { Terminal } from '../ports/terminal.js';
import { readSchedule } from '../schedule/file.js';
import type { Request } from './doe-request.js';
import { showCommand } from './show-command.js';
import { remarksOf, someOf } from './show-doe.js';

/** Asks for a design; undefined when the user chose to leave it all. */
export async function askedDesign(
  ports: Ports,
  terminal: Terminal,
  schedule: string,
  { yes, existing }: { yes: boolean; existing: Existing },
): Promise<Request | undefined> {
  const there = await readSchedule(ports.fs, schedule).catch((error: unknown) => {
    if (error instanceof Failure && error.detail.reason === 'schedule-missing') return undefined;
    throw error;
  });
  // Said on the command line already: not to be asked for again.
  const isDecided = existing !== 'refuse' || !there;
  const asked = await designByAsking(terminal, {
    schedule,
    existing: isDecided ? undefined : { entries: there.count, executed: there.count - there.pending },
    preview(spec) {
      const { plan } = design(spec, yes);
      const { count } = plan;
      return { count, commands: someOf(plan), remarks: [...remarksOf(plan)], points: cloudOf(plan) };
    },
  });
  if (!asked) return undefined;
  const request = { designed: design(asked.spec, yes), existing: asked.existing ?? existing };
  const how = request.existing === 'refuse' ? [] : [`--${request.existing}`];
  const again = [
    'cooperate',
    'doe',
    schedule,
    ...how,
    ...(yes ? ['--yes'] : []),
    ...(flagsOf(asked.spec) ?? []),
  ];
  terminal.tell(['The same without asking:', `  ${showCommand(again)}`]);
  return request;
}
