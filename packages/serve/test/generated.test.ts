import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generated } from '../scripts/generated.ts';

test('openapi.json and the client’s types are what the schemas say (node packages/serve/scripts/generate.ts)', async () => {
  const files = await generated();
  expect(files.length).toBe(2);
  for (const [path, text] of files) expect(readFileSync(path, 'utf8')).toBe(text);
});
