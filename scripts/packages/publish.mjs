// `npm run release:publish`: publishes the packages that are new. Before that each package.json learns where it comes from,
// which npm needs for the provenance, and to resolve what the READMEs link to beyond their package. It is not written down
// for good: whoever publishes from a copy of this repository names theirs.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The paths of the packages that are published, from the repository's root. */
export function publishedFolders() {
  return readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json')) && read(folder).private !== true);
}

/**
 * The field `repository` of the package in `folder`.
 *
 * @param {{ GITHUB_REPOSITORY?: string }} env of GitHub's workflows
 * @param {string | undefined} remote what git calls origin
 * @throws Error if neither says where it is
 */
export function repositoryOf(folder, env, remote) {
  const [, onGitHub] =
    /^(?:https:\/\/|git@|ssh:\/\/git@)github\.com[/:]([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(remote ?? '') ?? [];
  const name = env.GITHUB_REPOSITORY ?? onGitHub;
  if (name === undefined || !/^[\w.-]+\/[\w.-]+$/.test(name))
    throw new Error(
      'no repository to name: run this in a workflow of GitHub, or set GITHUB_REPOSITORY=OWNER/NAME',
    );
  return { type: 'git', url: `git+https://github.com/${name}.git`, directory: folder };
}

/** Where npm leads a reader who follows a relative link of a package's README. */
export function linkOnNpm({ url, directory }, target) {
  const base = `${url.replace(/^git\+/, '').replace(/\.git$/, '')}/blob/HEAD/${directory}/`;
  return new URL(target, base).href;
}

function read(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function origin() {
  try {
    return execFileSync('git', ['remote', 'get-url', 'origin'], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return undefined;
  }
}

function publish() {
  const remote = origin();
  const manifests = publishedFolders().map((folder) => {
    const path = join(root, folder, 'package.json');
    const before = readFileSync(path, 'utf8');
    return {
      path,
      before,
      after: { ...JSON.parse(before), repository: repositoryOf(folder, process.env, remote) },
    };
  });
  try {
    for (const { path, after } of manifests) writeFileSync(path, `${JSON.stringify(after, null, 2)}\n`);
    const changeset = join(root, 'node_modules/.bin/changeset');
    execFileSync(changeset, ['publish', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
  } finally {
    for (const { path, before } of manifests) writeFileSync(path, before);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) publish();
