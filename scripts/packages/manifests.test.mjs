// What every package.json must say: one licence, engines that agree, nothing unused among its dependencies.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifests = [...folders('packages'), ...folders('examples'), 'bench', 'verify']
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  // Outside of the workspace, with a lock of its own.
  .filter((folder) => folder !== 'examples/component-ts')
  .map((folder) => ({ folder, ...JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) }));
const byName = new Map(manifests.map((each) => [each.name, each]));
const published = manifests.filter((each) => each.private !== true);

/** Run, or named in a configuration, and not imported by a package's own code. */
const TOOLS = ['@types/node', 'tsup', 'typescript', 'vitest', 'assemblyscript'];
/** Started as programs: found by the path of the package, through Node's resolution or beside it. */
const PROGRAMS = /^(@pvf\/(prepare|execute)-worker|node-linux-(x64|arm64))$/;

function folders(parent) {
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

/** The lowest version that a range `>=X.Y` allows, as a number that compares. */
function lowest({ engines }) {
  const [, major, minor = '0'] = /^>=(\d+)(?:\.(\d+))?$/.exec(engines.node);
  return Number(major) * 1000 + Number(minor);
}

describe('published packages', () => {
  test('are found', () => assert.ok(published.length >= 9));

  for (const each of published)
    test(`${each.name} says what it is, for whom and under which licence`, () => {
      assert.ok(each.description.length > 20 && each.description.endsWith('.'));
      assert.equal(each.license, 'Apache-2.0');
      assert.ok(each.keywords.length >= 2);
      assert.deepEqual(
        ['README.md', 'LICENSE'].filter((file) => !each.files.includes(file)),
        [],
      );
      // What calls Linux, or needs a package that does, says so before npm installs it anywhere else.
      const linux = each.name !== '@pvf/protocol';
      assert.deepEqual(each.os, linux ? ['linux'] : undefined);
    });

  for (const each of published)
    test(`${each.name} needs no newer Node than it says, through those of ours that it depends on`, () => {
      for (const name of Object.keys(each.dependencies ?? {}).filter((name) => byName.has(name)))
        assert.ok(
          lowest(byName.get(name)) <= lowest(each),
          `${name} needs ${byName.get(name).engines.node}, ${each.name} says ${each.engines.node}`,
        );
    });
});

describe('dependencies are used', () => {
  for (const { folder, dependencies = {}, devDependencies = {}, scripts = {} } of manifests)
    test(folder, () => {
      const files = execFileSync(
        'git',
        ['ls-files', '-z', '--cached', '--others', '--exclude-standard', folder],
        { cwd: root, encoding: 'utf8' },
      )
        .split('\0')
        .filter((file) => /\.([cm]?[jt]s)$/.test(file) && existsSync(join(root, file)));
      const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
      const unused = Object.keys({ ...dependencies, ...devDependencies }).filter(
        (name) =>
          !(name in devDependencies && TOOLS.includes(name)) &&
          // Types are used by whoever uses what they describe.
          !(
            name in devDependencies && name.slice('@types/'.length) in { ...dependencies, ...devDependencies }
          ) &&
          !PROGRAMS.test(name) &&
          !new RegExp(`['"\`]${name}(/[^'"\`]*)?['"\`]`).test(code) &&
          !Object.values(scripts).some((script) => script.includes(name)),
      );
      assert.deepEqual(unused, []);
    });
});
