// What docs/performance.md says between its markers is what the results say.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BLOCKS } from '../document/blocks.mjs';
import { goals } from '../document/goals.mjs';
import {
  documentMain,
  PAGE,
  PICTURE_FOLDER,
  pageFor,
  picturesFor,
  RESULTS_FOLDER,
  readResults,
} from '../document/main.mjs';
import { blocksOf, fillBlocks } from '../document/markers.mjs';
import { PICTURES } from '../document/pictures.mjs';
import { RUNS } from '../document/runs.mjs';
import { RESULTS } from './results.mjs';

describe('markers', () => {
  const page =
    'before\n<!-- bench: one -->\nold\n<!-- end of one -->\nbetween\n<!-- bench: two -->\n<!-- end of two -->\nafter\n';

  test('hold what is written anew; the rest stays', () => {
    const filled = fillBlocks(page, (name) => (name === 'one' ? 'new $& $1' : undefined));
    assert.equal(
      filled,
      'before\n<!-- bench: one -->\n\nnew $& $1\n\n<!-- end of one -->\nbetween\n<!-- bench: two -->\n<!-- end of two -->\nafter\n',
    );
    assert.equal(
      fillBlocks(filled, (name) => (name === 'one' ? 'new $& $1' : '')),
      filled,
    );
    assert.deepEqual(
      [...blocksOf(page)],
      [
        ['one', 'old\n'],
        ['two', ''],
      ],
    );
  });

  for (const [what, wrong] of [
    ['without an end', '<!-- bench: one -->\ntext\n'],
    ['without a beginning', 'text\n<!-- end of one -->\n'],
    ['with the end of another one', '<!-- bench: one -->\n<!-- end of two -->\n'],
    [
      'within another one',
      '<!-- bench: one -->\n<!-- bench: two -->\n<!-- end of two -->\n<!-- end of one -->\n',
    ],
    ['twice', '<!-- bench: one -->\n<!-- end of one -->\n<!-- bench: one -->\n<!-- end of one -->\n'],
  ])
    test(`are refused ${what}`, () => assert.throws(() => blocksOf(wrong), /marker|twice/));
});

describe('docs/performance.md', () => {
  const results = readResults(RESULTS_FOLDER);
  const page = readFileSync(PAGE, 'utf8');

  test('has a place for everything that can be written, once', () => {
    assert.deepEqual([...blocksOf(page).keys()].sort(), Object.keys(BLOCKS).sort());
  });

  test('has the tables of the results', () => {
    assert.equal(page, pageFor(results), 'the page and bench/results differ: npm run bench:document');
  });

  test('has the pictures of the results, and no others', async () => {
    const pictures = await picturesFor(results);
    const files = existsSync(PICTURE_FOLDER) ? readdirSync(PICTURE_FOLDER) : [];
    assert.deepEqual(files.sort(), [...pictures.keys()].sort());
    for (const [file, svg] of pictures)
      assert.equal(readFileSync(join(PICTURE_FOLDER, file), 'utf8'), svg, `${file}: npm run bench:document`);
  });

  test('comes from results of programs, which name no place of a machine', () => {
    for (const [name, result] of Object.entries(results)) {
      assert.ok(RUNS.some((run) => run.name === name));
      assert.equal(result.bench, name);
      assert.doesNotMatch(JSON.stringify(result), /"[^"]*\/(home|root|tmp|usr|work|var)\b/);
    }
  });
});

describe('from results', () => {
  const part = (name, results = RESULTS) => BLOCKS[name](results);

  test('every part is written, and says where its figures come from', () => {
    for (const name of Object.keys(BLOCKS).filter((each) => each !== 'goals')) {
      assert.match(part(name), /^\|.*\|$/m, name);
      assert.ok(
        part(name).endsWith(
          '<sub>commit abcdef0, 2026-01-02; 2 × Some, 24 GiB, Linux 6.18, Node v24.22.3</sub>',
        ),
      );
      assert.doesNotMatch(part(name), /undefined|NaN|\[object/, name);
      assert.equal(part(name, {}), undefined);
    }
  });

  test('all rows of a table have as many cells', () => {
    for (const name of Object.keys(BLOCKS))
      for (const table of part(name).matchAll(/(?:^\|.*\|\n?)+/gm)) {
        const cells = table[0]
          .trim()
          .split('\n')
          .map((row) => row.split('|').length);
        assert.deepEqual([...new Set(cells)], [cells[0]], `${name}: ${table[0]}`);
      }
  });

  test('figures are those of the results', () => {
    assert.match(part('mixed'), /^\| the reference’s host and workers \| 30\.0 \| 4\.00 \| 33\.3 \|/m);
    assert.match(part('breakdown'), /^\| exit \| host \| 30 \| 24 \| 42 \| something \|$/m);
    assert.match(part('prepare'), /^\| westmint-9400 \| 300 \| 300 \| 10\.0 \| 1000 \| 1000 \| 20\.0 \|$/m);
    assert.match(part('pov'), /^\| asset-hub-rococo-900 \| our host and workers \| 50\.0 \|/m);
  });

  test('goals are reached or not', () => {
    const row = (text) =>
      goals(RESULTS)
        .split('\n')
        .find((line) => line.includes(text));
    assert.match(row('many PVFs'), /\| ≥ 4 \| 4\.00 \| yes \|$/);
    assert.match(row('above the worker'), /\| ≤ 0\.4 \| 0\.50 \| no \|$/);
    assert.match(row('small blocks of real'), /\| ≤ 0\.12 \| 0\.10 \| yes \|$/);
    assert.match(row('400 transfers'), /\| ≤ 0\.5 \| 0\.75 \| no \|$/);
    assert.match(row('by a real runtime'), /\| ≤ 0\.3 \| 0\.25 \| yes \|$/);
    assert.match(row('event loop'), /\| ≤ 1 \| 0\.90 \| yes \|$/);
    // Compared with nothing.
    assert.equal(row('PvfHost.start'), undefined);
    assert.equal(goals({}), undefined);
  });

  test('pictures are drawn, the same from the same', async () => {
    const once = await picturesFor(RESULTS);
    const again = await picturesFor(structuredClone(RESULTS));
    assert.deepEqual(
      [...once.keys()].sort(),
      Object.keys(PICTURES)
        .filter((name) => !/pvfs|workers/.test(name))
        .map((name) => `${name}.svg`)
        .sort(),
    );
    for (const [file, svg] of once) {
      assert.match(svg, /^<svg .*<\/svg>\n$/s);
      assert.equal(again.get(file), svg, file);
    }
    assert.match(once.get('throughput.svg'), /the reference’s host and workers/);
  });

  test('the command writes page and pictures', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pvf-bench-test-'));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const [name, result] of Object.entries(RESULTS))
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(result));
    const log = t.mock.method(console, 'log', () => {});
    const output = join(folder, 'out');
    assert.equal(await documentMain(['--results', folder, '--output', output]), 0);
    assert.match(log.mock.calls[0].arguments[0], /^written: .*performance\.md$/);
    const page = readFileSync(join(output, 'performance.md'), 'utf8');
    assert.equal(page, pageFor(RESULTS));
    for (const [, picture] of page.matchAll(/\]\((performance\/[\w-]+\.svg)\)/g))
      if (!/pvfs|workers/.test(picture)) assert.ok(existsSync(join(output, picture)), picture);
    const error = t.mock.method(console, 'error', () => {});
    assert.equal(await documentMain(['--run', '--only', 'nothing']), 2);
    assert.match(error.mock.calls[0].arguments[0], /no program nothing/);
  });
});
