import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as library from '../dist/index.js';

const index = fileURLToPath(new URL('../dist/index.js', import.meta.url));

test('the library tells where the program is, and nothing else', () => {
  expect(Object.keys(library).sort()).toEqual(['VERSION', 'workerProgramPath']);
  expect(existsSync(library.workerProgramPath)).toBe(true);
});

test('importing it loads no native code into the importing program', () => {
  const script = `await import(${JSON.stringify(index)}); console.log(JSON.stringify(process.report.getReport().sharedObjects));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  const objects = JSON.parse(output) as string[];
  expect(objects.length).toBeGreaterThan(0);
  expect(objects.filter((path) => path.endsWith('.node'))).toEqual([]);
});
