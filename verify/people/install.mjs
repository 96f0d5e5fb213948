// The packages as npm would install them, and the Nodes that people have.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** Packs every public package. @returns name → its tarball */
export function packPackages(tarballs) {
  mkdirSync(tarballs);
  const files = new Map();
  for (const name of readdirSync(join(root, 'packages'))) {
    const cwd = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
    if (manifest.private === true) continue;
    const packed = execFileSync('pnpm', ['pack', '--json', '--pack-destination', tarballs], {
      cwd,
      encoding: 'utf8',
    });
    files.set(manifest.name, JSON.parse(packed).filename);
  }
  return files;
}

/** Installs packages from their tarballs into `folder`, as npm does. */
export function installPackages(folder, files) {
  mkdirSync(folder);
  // Unpublished versions: npm finds each in its tarball.
  const dependencies = Object.fromEntries([...files].map(([name, file]) => [name, `file:${file}`]));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  );
  execFileSync('npm', INSTALL, {
    cwd: folder,
    env: userEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** @returns major version → folder of the newest such Node's programs */
export function installNodes(folder, majors) {
  mkdirSync(folder);
  const dependencies = Object.fromEntries(
    majors.map((major) => [`node-${major}`, `npm:node-linux-${process.arch}@${major}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const env = userEnvironment();
  execFileSync('npm', [...INSTALL, '--ignore-scripts'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Map(
    majors.map((major) => {
      const bin = join(folder, 'node_modules', `node-${major}`, 'bin');
      chmodSync(join(bin, 'node'), 0o755);
      return [major, bin];
    }),
  );
}

/** What pnpm has put into the environment is not what a user's npm finds there. */
function userEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_)/i.test(name) || /^npm_config_(registry|cache)$/i.test(name),
  );
  return Object.fromEntries(kept);
}
