import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as prepareLibrary from '@pvf/prepare-worker';
import { describe, expect, test } from 'vitest';
import * as executeLibrary from '../dist/index.js';

describe.each([
  ['execute', executeLibrary],
  ['prepare', prepareLibrary],
])('the %s worker’s library', (kind, library) => {
  test('tells where the program is, and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual(['VERSION', 'workerProgramPath']);
    expect(existsSync(library.workerProgramPath)).toBe(true);
  });

  test('loads no native code into the importing program', () => {
    const index = fileURLToPath(new URL(`../../${kind}-worker/dist/index.js`, import.meta.url));
    const script = `await import(${JSON.stringify(index)}); console.log(JSON.stringify(process.report.getReport().sharedObjects));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    const objects = JSON.parse(output) as string[];
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.filter((path) => path.endsWith('.node'))).toEqual([]);
  });
});
