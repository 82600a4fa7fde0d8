import type { EditOptions } from './program-edit.js';
export function editAction(_s: string, _o: EditOptions): Promise<number> { return Promise.resolve(0); }
