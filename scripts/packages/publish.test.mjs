// Links of the packages' READMEs as a reader on npm follows them: to files of this repository, by the field `repository`
// that a package is published with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { linkOnNpm, publishedFolders, repositoryOf } from './publish.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ENV = { GITHUB_REPOSITORY: 'owner/name' };
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\0');
const inRepository = new Set(
  tracked.flatMap((file) => file.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))),
);

/** Targets of links and pictures, outside of code. */
function targetsOf(folder) {
  const text = readFileSync(join(root, folder, 'README.md'), 'utf8').replaceAll(
    /^ *```[\s\S]*?^ *```$/gm,
    '',
  );
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, a, b]) => a ?? b);
}

describe('links of READMEs on npm', () => {
  for (const folder of publishedFolders())
    test(folder, () => {
      const repository = repositoryOf(folder, ENV, undefined);
      for (const target of targetsOf(folder)) {
        // A heading of the same page.
        if (target.startsWith('#')) continue;
        const link = linkOnNpm(repository, target);
        if (/^[a-z]+:/.test(target)) {
          assert.match(target, /^https:/);
          continue;
        }
        const [, path] =
          /^https:\/\/github\.com\/owner\/name\/blob\/HEAD\/([^#]+?)\/?(?:#.*)?$/.exec(link) ?? [];
        assert.ok(inRepository.has(path), `${target} would lead to ${link}`);
      }
    });

  test('there are some', () => {
    assert.ok(publishedFolders().length >= 10);
    assert.ok(publishedFolders().flatMap(targetsOf).length >= 20);
  });
});

describe('the repository that packages are published with', () => {
  const expected = {
    type: 'git',
    url: 'git+https://github.com/owner/name.git',
    directory: 'packages/host',
  };
  for (const [env, remote] of [
    [ENV, undefined],
    [ENV, 'https://github.com/else/where.git'],
    [{}, 'https://github.com/owner/name.git'],
    [{}, 'https://github.com/owner/name'],
    [{}, 'git@github.com:owner/name.git'],
    [{}, 'ssh://git@github.com/owner/name.git'],
  ])
    test(`${env.GITHUB_REPOSITORY} ${remote}`, () =>
      assert.deepEqual(repositoryOf('packages/host', env, remote), expected));

  for (const remote of [undefined, '', '../main', 'https://example.com/owner/name.git'])
    test(`is not guessed: ${remote}`, () =>
      assert.throws(() => repositoryOf('packages/host', {}, remote), /GITHUB_REPOSITORY/));
});
