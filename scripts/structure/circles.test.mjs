// No file imports, over however many others, a file that imports it, not even for types; no package needs, over others, itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const IMPORT = /(?:\bfrom|\bimport|\bimport\()\s*['"](\.[^'"]+)['"]/g;

const files = (...patterns) =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));

/** The file that an import means; AssemblyScript leaves the ending out. */
function resolve(from, to) {
  const path = normalize(join(dirname(from), to));
  return (
    [path, `${path}.ts`, join(path, 'index.ts')].find(
      (file) => /\.\w+$/.test(file) && existsSync(join(root, file)),
    ) ?? path
  );
}

/**
 * The first circle of a graph, from a node back to itself; undefined if there is none.
 *
 * @param {Map<string, readonly string[]>} edges
 */
function circleIn(edges) {
  const done = new Set();
  const path = [];
  const visit = (node) => {
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test('a circle is found where there is one', () => {
  const edges = (text) => new Map(text.split(' ').map((word) => [word[0], [...word.slice(1)]]));
  assert.deepEqual(circleIn(edges('abc bd cd d')), undefined);
  assert.deepEqual(circleIn(edges('ab bcd c da')), ['a', 'b', 'd', 'a']);
  assert.deepEqual(circleIn(edges('ab bc cb')), ['b', 'c', 'b']);
  assert.deepEqual(circleIn(edges('aa')), ['a', 'a']);
});

test('imports go in no circle', () => {
  const edges = new Map(
    files('*.ts', '*.mts', '*.mjs', '*.js').map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [file, [...text.matchAll(IMPORT)].map(([, to]) => resolve(file, to))];
    }),
  );
  const unknown = [...edges.values()]
    .flat()
    .filter((to) => !edges.has(to) && /\/(src|assembly)\//.test(to) && !/\.generated(\.ts)?$/.test(to));
  assert.deepEqual(unknown, []);
  assert.equal(circleIn(edges), undefined);
});

test('packages need each other in no circle', () => {
  const manifests = files('**/package.json', 'package.json').map((file) =>
    JSON.parse(readFileSync(join(root, file), 'utf8')),
  );
  const edges = new Map(
    manifests
      .filter(({ name }) => name !== undefined)
      .map(({ name, dependencies, devDependencies, peerDependencies }) => [
        name,
        Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
      ]),
  );
  assert.ok(edges.has('@pvf/host') && edges.get('@pvf/host').includes('@pvf/protocol'));
  assert.equal(circleIn(edges), undefined);
});
