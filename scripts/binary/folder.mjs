// What makes programs a release: the names that nodes look for, licences, checksums, and the bill of materials.
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sbomOf } from './sbom.mjs';

export const PROGRAMS = ['pvf', 'pvf-prepare-worker', 'pvf-execute-worker'];
/** Our name → the one under which the reference's node looks for the same program. */
export const ALSO_CALLED = new Map([
  ['pvf-prepare-worker', 'polkadot-prepare-worker'],
  ['pvf-execute-worker', 'polkadot-execute-worker'],
]);
export const SUMS = 'SHA256SUMS';
export const SBOM = 'sbom.cdx.json';
export const LICENCES = 'THIRD-PARTY-LICENSES';

/**
 * Completes a folder that holds the programs.
 *
 * @param release as `sbomOf` takes it, without checksums; `node.folder` is where the package of Node lies
 */
export async function completeFolder(folder, release) {
  for (const [ours, theirs] of ALSO_CALLED) {
    rmSync(join(folder, theirs), { force: true });
    // One file under two names: no byte is there twice, and `cp -a`, `tar` and `rsync -H` keep it so.
    linkSync(join(folder, ours), join(folder, theirs));
  }
  const programs = release.programs.map((each) => ({ ...each, sha256: sha256(join(folder, each.name)) }));
  writeFileSync(join(folder, LICENCES), licences(release));
  writeFileSync(join(folder, SBOM), await sbomOf({ ...release, programs }));
  const sums = [...PROGRAMS, ...ALSO_CALLED.values(), 'LICENSE', LICENCES, SBOM].sort();
  const lines = sums.map((name) => `${sha256(join(folder, name))}  ${name}\n`);
  writeFileSync(join(folder, SUMS), lines.join(''));
}

/** Lower-case hexadecimal, as `sha256sum` prints it. */
function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The licences of Node and of each package in the programs, which their terms want to go with them. */
function licences({ programs, node }) {
  const packages = new Map([[node.folder, node]]);
  for (const { packages: used } of programs) for (const each of used) packages.set(each.folder, each);
  const texts = [...packages.values()]
    // Ours are under LICENSE.
    .filter(({ manifest }) => !manifest.name.startsWith('@pvf/'))
    .map(({ folder, manifest }) => {
      const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
      const text = file === undefined ? `Licence: ${manifest.license}\n` : read(join(folder, file));
      return `${'='.repeat(80)}\n${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.trimEnd()}\n`;
    });
  return texts.join('\n');
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
