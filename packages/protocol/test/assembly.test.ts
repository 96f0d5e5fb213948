import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { generate } from '../scripts/build-assembly.mjs';

test('the committed module is what the compiler makes of assembly/twox256.ts', async () => {
  const committed = await readFile(new URL('../src/checksum/twox256.generated.ts', import.meta.url), 'utf8');
  expect(committed).toBe(await generate());
});
