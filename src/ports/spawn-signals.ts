import { constants } from 'node:os';

const names = new Map<number, NodeJS.Signals>();
for (const [name, number] of Object.entries(constants.signals))
  if (!names.has(number)) names.set(number, name as NodeJS.Signals);

/** Real-time signals have no names of their own: SIG35. */
export function signalNamed(number: number): NodeJS.Signals {
  return names.get(number) ?? (`SIG${number}` as NodeJS.Signals);
}
