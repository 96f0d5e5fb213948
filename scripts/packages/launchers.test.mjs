import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { launchers } from './launchers.mjs';

for (const { path, text } of launchers)
  test(`${basename(path)} is what the template says (node scripts/packages/launchers.mjs writes it)`, () => {
    assert.equal(readFileSync(path, 'utf8'), text);
    assert.ok(statSync(path).mode & 0o111, 'it may be executed');
  });
