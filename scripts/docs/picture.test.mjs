// The picture of `npm start` in the README: that what the demo prints fits, and that the picture shows it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { adderCandidates } from '../../examples/demo/lib/adder.mjs';
import { readAssetHubCandidates } from '../../examples/demo/lib/asset-hub.mjs';
import { label, tableReport } from '../../examples/demo/lib/report.mjs';
import { COLUMNS, draw, PICTURE, tooWide } from './picture.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const candidates = [...(await readAssetHubCandidates()), ...adderCandidates()];

/** On a machine a hundred times slower than ours. */
const slow = [
  {
    name: 'Asset Hub (Rococo) 900',
    codeBytes: 9_999_999,
    artifact: {
      size: 999 * 2 ** 20,
      stats: {
        codeLength: 99_999_999,
        cpuTimeNs: 999_990_000_000n,
        wallTimeMs: 999_990,
        maxRssBytes: 9_999 * 2 ** 20,
      },
    },
    rows: candidates.map(({ name, holds, blockData, expected }) => ({
      name,
      holds,
      povBytes: Math.max(blockData.length, 9_999_999),
      expected: expected.verdict,
      verdict: expected.verdict,
      vote: 'against',
      cpuMs: 99_999.9,
      wallMs: 99_999.9,
    })),
  },
];
const layer = { available: true };
const security = { landlock: layer, seccomp: layer, changeRoot: layer, secureClone: layer };

test('the table of the demo fits a terminal of 100 columns, also where everything takes long', () => {
  const lines = tableReport(slow, security, 999_990).split('\n');
  assert.ok(lines.length > candidates.length);
  assert.deepEqual(tooWide(lines), []);
});

test('a line that does not fit is not drawn', () => {
  assert.throws(() => draw(['x'.repeat(COLUMNS + 1)], ''), /more than 100 columns/);
  assert.match(draw(['─'.repeat(COLUMNS)], ''), /<tspan/);
});

test('columns stay where they are, and text stays text', () => {
  const svg = draw(['a <b>  c & d   valid'], 'x');
  const runs = [...svg.matchAll(/<tspan x="(\d+)"( class="\w+")? textLength="(\d+)"[^>]*>([^<]*)</g)];
  assert.deepEqual(
    runs.map(([, x, word, length, text]) => [Number(x), word, Number(length), text]),
    [
      [16, undefined, 40, 'a &lt;b&gt;'],
      [16 + 7 * 8, undefined, 40, 'c &amp; d'],
      [16 + 15 * 8, ' class="good"', 40, 'valid'],
    ],
  );
});

test('the README shows the picture of a run in which everything was as expected', () => {
  assert.ok(readFileSync(join(root, 'README.md'), 'utf8').includes(`](${PICTURE})`));
  assert.ok(existsSync(join(root, PICTURE)));
  const shown = [...readFileSync(join(root, PICTURE), 'utf8').matchAll(/<tspan[^>]*>([^<]*)</g)].map(
    ([, text]) => text,
  );
  for (const { name, holds } of candidates)
    assert.ok(shown.includes(label(name, holds)), `${name} is not in it: npm run picture`);
  for (const title of ['PVF / candidate', 'PoV bytes', 'verdict', 'vote']) assert.ok(shown.includes(title));
  const [, all, of] = /^(\d+) of (\d+) candidates as expected/.exec(shown.at(-1)) ?? [];
  assert.equal(Number(all), candidates.length);
  assert.equal(all, of);
});
