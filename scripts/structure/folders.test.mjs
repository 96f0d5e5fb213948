// What a line may touch: in each package, folders are in an order, and imports lead only downward in it; where it is said,
// they go through the index of the other folder.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * From the bottom to the top. `.` are the files beside the folders; those in `top` may touch all. Folders in one string
 * are neighbours that may import each other.
 *
 * @type {Record<string, { order: string[], top?: string[], throughIndex?: boolean }>}
 */
const PACKAGES = {
  linux: {
    order: [
      '.',
      'sys',
      'io',
      'clock',
      'limits mounts',
      'seccomp',
      'identity fork',
      'landlock',
      'executable-memory',
      'supervise',
    ],
    top: ['index.ts'],
  },
  'sandbox-linux': {
    order: ['policy', 'launcher', 'spawn', 'probe', 'restrict', 'cli'],
    // the program that the launcher's process runs
    top: ['index.ts', 'launcher/main.ts'],
  },
  executor: { order: ['blob', 'wasm', 'host-functions', 'engine'], top: ['index.ts'], throughIndex: true },
  worker: {
    order: ['.', 'filters', 'across', 'job', 'template', 'children', 'worker'],
    top: ['index.ts'],
  },
  host: {
    order: [
      '.',
      'failed-candidates',
      'metrics',
      'cgroup',
      'threads',
      'store',
      'worker',
      'prepare',
      'execute',
      'verdict',
      'artifacts',
      'request',
      'security',
      'host',
    ],
    top: ['index.ts'],
    throughIndex: true,
  },
  cli: {
    order: ['.', 'completion', 'input output', 'doctor', 'inspector', 'commands', 'arguments'],
    top: ['index.ts', 'main.ts', 'process.ts', 'program.ts'],
  },
  component: {
    order: ['.', 'binary', 'scan', 'plan', 'lower', 'merge', 'sandbox', 'sandboxed'],
    top: [
      'index.ts',
      'flatten.ts',
      'describe.ts',
      'contract.ts',
      'warnings.ts',
      'setup.ts',
      'project.ts',
      'toolchain.ts',
    ],
  },
};

/** `{ from, to, line }` of each import of a file of the package by another, with paths below its src. */
function importsOf(name) {
  const source = `packages/${name}/src`;
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', source],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .split('\0')
    .filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const from = file.slice(source.length + 1);
    let text;
    try {
      text = readFileSync(join(root, file), 'utf8');
    } catch {
      return []; // moved, and not yet in the index
    }
    return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, specifier]) => ({
      from,
      to: normalize(join(dirname(from), specifier)),
    }));
  });
}

const folderOf = (path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '.');

for (const [name, { order, top = [], throughIndex = false }] of Object.entries(PACKAGES))
  describe(`packages/${name}/src`, () => {
    const imports = importsOf(name).filter(
      ({ from, to }) => folderOf(from) !== folderOf(to) && !top.includes(from),
    );
    const height = (path) => order.findIndex((level) => level.split(' ').includes(folderOf(path)));

    test('every folder has its place', () => {
      assert.ok(imports.length > 0);
      assert.deepEqual(
        [...new Set(imports.flatMap(({ from, to }) => [from, to]).filter((path) => height(path) < 0))],
        [],
      );
    });

    test('no folder imports upward', () => {
      assert.deepEqual(
        imports.filter(({ from, to }) => height(from) < height(to)),
        [],
      );
    });

    if (throughIndex)
      test('imports go through the other folder’s index', () => {
        const past = imports.filter(({ to }) => to.includes('/') && !to.endsWith('/index.ts'));
        assert.deepEqual(past, []);
      });
  });
