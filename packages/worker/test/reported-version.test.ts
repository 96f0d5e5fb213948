import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readVersionFile, reportedVersion } from '../src/worker/reported-version.ts';

let directory: string;
let main: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pvf-version-'));
  mkdirSync(join(directory, 'bin'));
  main = pathToFileURL(join(directory, 'dist', 'main.js')).href;
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (text: string) => writeFileSync(join(directory, 'bin', 'pvf-version'), text);

test('without a file the built version is reported', () => {
  expect(reportedVersion(main, '1.2.3')).toBe('1.2.3');
});

test('a file beside the launcher wins over the build', () => {
  write('1.21.0-rc1\n');
  expect(reportedVersion(main, '1.2.3')).toBe('1.21.0-rc1');
});

test.each(['', '\n', '1.0 2.0', '1.0\n2.0', '\u001b[2J', 'x'.repeat(65)])('%j is no version', (text) => {
  write(text);
  expect(() => reportedVersion(main, '1.2.3')).toThrow('version to report');
});

test('a file that cannot be read is not taken for a missing one', () => {
  expect(() => readVersionFile(directory)).toThrow('cannot read');
});
