import { check, type Checked } from '../commands/check.js';
import type { StopSwitch } from '../worker/stop.js';
import { EXIT } from './exit-codes.js';
import { realPorts, stopCode } from './ports.js';
import { print } from './print.js';
import type { CheckOptions } from './program-edit.js';
import { shownCheck, valueOfCheck } from './show-check.js';

/** `cooperate check`: returns the exit code. */
export async function checkAction(schedule: string, options: CheckOptions): Promise<number> {
  let stop: StopSwitch | undefined;
  const base = realPorts(schedule, options.color);
  const ports = { ...base, onStop: (made: StopSwitch) => base.onStop((stop = made)) };
  const { fix = false, json = false } = options;
  try {
    const checked = await check(ports, schedule, fix);
    if (!checked) return stopCode(stop) ?? EXIT.done;
    await print(json ? [JSON.stringify(valueOfCheck(schedule, checked))] : shownCheck(schedule, checked, fix));
    return codeOf(checked);
  } finally {
    await ports.screen.close();
  }
}

function codeOf({ facts, records }: Checked): number {
  if (!facts) return EXIT.usage;
  return records.is === 'damaged' ? EXIT.filesystem : EXIT.done;
}
