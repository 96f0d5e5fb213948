import { Ajv } from 'ajv';
import { expect } from 'vitest';
import { OUTPUT_SCHEMA } from '../src/output/schema.ts';

const validate = new Ajv({ allErrors: true, strict: false }).compile(OUTPUT_SCHEMA);

/** The JSON that was printed, once it is what the schema says. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into it.
export function expectSchema(stdout: string): any {
  const value: unknown = JSON.parse(stdout);
  expect(validate(value), JSON.stringify(validate.errors, null, 2)).toBe(true);
  return value;
}
