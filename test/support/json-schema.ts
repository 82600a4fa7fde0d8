import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

/** What a program printed, as a value that keeps to schema/<name>.json. */
export function valueBy(name: string, printed: string): unknown {
  const file = fileURLToPath(new URL(`../../schema/${name}.json`, import.meta.url));
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': isMoment } });
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  const value: unknown = JSON.parse(printed);
  validate(value);
  expect(validate.errors).toBeNull();
  return value;
}

function isMoment(text: string): boolean {
  return new Date(text).toJSON() === text;
}
