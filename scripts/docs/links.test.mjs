// Every link in a Markdown file leads to a file and a heading that exist, every path that is named exists, and what a
// newcomer looks for first is two clicks from the README at most.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const pages = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

const withoutFences = (text) => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
/** As GitHub makes them of headings. */
const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

function linksOf(file) {
  return [...withoutFences(pages.get(file)).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, fragment] = target.split('#');
      return {
        target,
        to: path === '' ? file : normalize(join(dirname(file), path)).replace(/\/$/, ''),
        fragment,
      };
    });
}

/** Pages that a link leads to; a folder shows its README. */
const pagesAt = (to) =>
  pages.has(to) ? [to] : pages.has(join(to, 'README.md')) ? [join(to, 'README.md')] : [];

test('there are pages and links', () => {
  assert.ok(files.length >= 20);
  assert.ok(files.flatMap(linksOf).length >= 60);
});

for (const file of files)
  test(`links of ${file}`, () => {
    const broken = linksOf(file).filter(({ to, fragment }) => {
      if (!existsSync(join(root, to))) return true;
      if (fragment === undefined) return false;
      const [page] = pagesAt(to);
      const headings = [...withoutFences(pages.get(page) ?? '').matchAll(/^#+ (.*)$/gm)].map(
        ([, text]) => text,
      );
      return !headings.map(anchor).includes(fragment);
    });
    assert.deepEqual(
      broken.map(({ target }) => target),
      [],
    );
  });

/** The folders that a page lies in, outermost last. */
const above = (file) => (file === '.' ? [] : [dirname(file), ...above(dirname(file))]);

/** In text like this: a path from the root, or from a folder that the page lies in. What is built or installed is no claim. */
const PATHS = /`((?:packages|docs|scripts|bench|fuzz|verify|examples|tools)\/[\w./-]+)`/g;
const MADE = /node_modules|\/target\/|\/dist(\/|$)/;

for (const file of files)
  test(`paths in ${file}`, () => {
    const missing = [...withoutFences(pages.get(file)).matchAll(PATHS)]
      .map(([, path]) => path)
      .filter((path) => !MADE.test(path))
      .filter((path) => !above(file).some((folder) => existsSync(join(root, folder, path))));
    assert.deepEqual(missing, []);
  });

/** The pages within so many clicks of the README. */
function within(clicks) {
  let reached = new Set(['README.md']);
  for (let i = 0; i < clicks; i++)
    reached = new Set([
      ...reached,
      ...[...reached].flatMap((file) => linksOf(file).flatMap(({ to }) => pagesAt(to))),
    ]);
  return reached;
}

describe('within two clicks from the README one finds how to', () => {
  const text = [...within(2)].map((file) => pages.get(file)).join('\n');
  for (const [question, answer] of [
    ['run one test', /npm run test:one -- packages\/\S+\.test\.ts/],
    ['follow a candidate', /^## Executing a candidate$/m],
    ['add a host function', /^## Add a host function$/m],
    ['know what a line in a folder may touch', /^\| folder \| runs in \| may touch \|/m],
    ['report a hole', /^# Security policy$/m],
  ])
    test(question, () => assert.match(text, answer));

  test('every package and every example', () => {
    const folders = ['packages', 'examples'].flatMap((parent) =>
      readdirSync(join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json')))
        .map(({ name }) => `${parent}/${name}`),
    );
    assert.ok(folders.length >= 15);
    const linked = linksOf('README.md').map(({ to }) => to);
    assert.deepEqual(
      folders.filter((folder) => !linked.includes(folder)),
      [],
    );
  });

  test('everything that is written about the project', () => {
    const docs = files.filter((file) => /^(docs\/|[A-Z]+\.md$)/.test(file) && file !== 'README.md');
    const one = within(1);
    assert.deepEqual(
      docs.filter((file) => !one.has(file)),
      [],
    );
  });
});
