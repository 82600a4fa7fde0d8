import type { CheckOptions } from './program-edit.js';
export function checkAction(_s: string, _o: CheckOptions): Promise<number> {
  return Promise.resolve(0);
}
