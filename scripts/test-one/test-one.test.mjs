import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const SMALL = 'packages/protocol/test/cursor.test.ts';
const folder = mkdtempSync(join(tmpdir(), 'pvf-test-one-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const OWN = file(
  'own.test.mjs',
  "import test, { describe } from 'node:test';\ntest('right', () => {});\ntest('left out', { skip: true }, () => {});\ndescribe('group', () => { test('inner', () => {}); });\n",
);
const WRONG = file(
  'wrong.test.mjs',
  "import test from 'node:test';\ntest('wrong', () => { throw new Error('no'); });\n",
);

function testOne(...args) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, 'main.mjs'), ...args], {
    cwd: root,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

describe('tests by their path', () => {
  const right = [
    [[SMALL], /Tests .*[1-9]\d* passed/],
    [[SMALL, '-t', 'advances it'], /Tests .*[1-9]\d* passed/],
    [[OWN], /pass 2/],
    [[OWN, '-t', 'right'], /pass 1/],
    [[OWN, '-t=inner'], /pass 1/],
    [[folder, '-t', 'right'], /pass/],
  ];
  for (const [args, says] of right)
    test(`run: ${nameOf(args)}`, () => {
      const { status, output } = testOne(...args);
      assert.match(output, says);
      assert.equal(status, 0, output);
    });

  const nothing = [
    [
      [SMALL, '-t', 'no such name'],
      /^no test was run: no name in .*cursor\.test\.ts matches, or all that match are skipped here$/m,
    ],
    [[SMALL, 'packages/protocol/test/support/codecs.ts'], /^no test was run of .*support\/codecs\.ts$/m],
    [['packages/protocol/test/support'], /No test files found/],
    [[OWN, '-t', 'no such name'], /^no test was run: no name in .*own\.test\.mjs matches/m],
    [[OWN, '-t', 'left out'], /^no test was run: .* or all that match are skipped here$/m],
    [
      [OWN, '-t', 'no such name', '--test-reporter=spec', '--test-reporter-destination=stdout'],
      /^no test was run/m,
    ],
  ];
  for (const [args, says] of nothing)
    test(`fail where none runs: ${nameOf(args)}`, () => {
      const { status, output } = testOne(...args);
      assert.match(output, says);
      assert.equal(status, 1, output);
    });

  test('that fail make it fail', () => {
    const { status, output } = testOne(WRONG);
    assert.match(output, /fail 1/);
    assert.equal(status, 1);
  });

  const refused = [
    [[], /^name a package, a folder of tests or a test file/],
    [['packages/protocol/test/cursor.tset.ts'], /^there is no .*cursor\.tset\.ts; name a package/],
    [[SMALL, 'packages/protocol/test/absent.test.ts'], /^there is no .*absent\.test\.ts/],
    [[SMALL, 'packages/host/test/intake.test.ts'], /^these paths are of several packages/],
    [[SMALL, 'packages/protocol/test/shared'], /^tests in test\/shared and others have two configurations/],
    [['packages/linux/test/shared'], /^there is no /],
    [['docs'], /^.*docs is in no package with tests; name one, such as/],
    [['scripts/run.mjs'], /^.*run\.mjs is in no package with tests/],
    [['.'], /^.* is in no package with tests/],
  ];
  for (const [args, says] of refused)
    test(`are refused: ${nameOf(args)}`, () => {
      const { status, output } = testOne(...args);
      assert.match(output, says);
      assert.equal(status, 2, output);
    });
});

function nameOf(args) {
  return args.join(' ').replaceAll(folder, '');
}
