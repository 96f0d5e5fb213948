// docs/architecture.md names the file of every box: each is there, and holds what is named beside it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const codeIn = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);

const rows = text
  .split('\n')
  .map((line) => line.split('|').slice(1, -1))
  .filter((cells) => cells.length === 3 && /`packages\//.test(cells[1]))
  .map(([step, files, names]) => ({ step: step.trim(), files: codeIn(files), names: codeIn(names) }));

test('the steps of both ways are found', () => assert.ok(rows.length > 25));

for (const { step, files, names } of rows)
  test(step, () => {
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
    const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const missing = names.filter(
      (name) => !new RegExp(`(class|function|const|async) ${name}\\b|^  ${name}\\(`, 'm').test(code),
    );
    assert.deepEqual(missing, []);
  });

test('files that are named elsewhere in the text exist', () => {
  const files = codeIn(text).filter((code) => /^(packages|scripts|verify|docs)\/\S+$/.test(code));
  assert.deepEqual(
    files.filter((file) => !existsSync(join(root, file))),
    [],
  );
});
