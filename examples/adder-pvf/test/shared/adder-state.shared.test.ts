import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { callGuest } from '../guest.ts';

interface AdderRecord {
  readonly name: string;
  readonly params: string;
  readonly job_response: { readonly type: 'Ok' | 'InvalidCandidate' };
  readonly job_response_hex: string;
}

const shared = process.env.PVF_SHARED ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));
const records: AdderRecord[] = JSON.parse(readFileSync(join(shared, 'vectors', 'adder-state.json'), 'utf8'));

test('all records are there', () => {
  expect(records).toHaveLength(24);
});

test.each(records)('$name', (record) => {
  const params = new Uint8Array(Buffer.from(record.params, 'hex'));
  if (record.job_response.type === 'Ok') {
    // A JobResponse's first byte says Ok; the ValidationResult is the rest.
    expect(`00${Buffer.from(callGuest(params)).toString('hex')}`).toBe(record.job_response_hex);
  } else {
    expect(() => callGuest(params)).toThrow(WebAssembly.RuntimeError);
  }
});
