// The oldest Node that each package promises, from npm: what is promised is tried.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @param folder an empty place for them
 * @param ranges `engines.node` of the packages, each `>=MAJOR.MINOR`
 * @returns range → path of the oldest Node in it
 */
export async function installNodes(folder, ranges) {
  const wanted = [...new Set(ranges)].map((range) => {
    const version = /^>=(\d+\.\d+)$/.exec(range)?.[1];
    if (version === undefined) throw new Error(`engines.node is ${range}, not >=MAJOR.MINOR`);
    return { range, alias: `node-${version}`, version: `${version}.0` };
  });
  mkdirSync(folder);
  const dependencies = Object.fromEntries(
    wanted.map(({ alias, version }) => [alias, `npm:node-linux-${process.arch}@${version}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ];
  await promisify(execFile)('npm', args, { cwd: folder });
  return new Map(wanted.map(({ range, alias }) => [range, join(folder, 'node_modules', alias, 'bin/node')]));
}
