import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Whether a Node of this version (as in process.versions.node) has everything that the dependencies use. */
export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  // zstd in node:zlib: https://nodejs.org/docs/latest-v24.x/api/zlib.html#zlibzstddecompresssyncbuffer-options
  return major >= 24 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15);
}

/**
 * The Node binary that the worker programs bring along, found through the chain of packages between: with strict
 * installers a package sees its own dependencies only.
 */
export function findPinnedNode(from: string): string | undefined {
  const chain = ['@pvf/host', '@pvf/prepare-worker', '@pvf/worker', `node-linux-${process.arch}`];
  let at = from;
  for (const name of chain) {
    try {
      at = createRequire(at).resolve(`${name}/package.json`);
    } catch {
      return undefined;
    }
  }
  const binary = join(dirname(at), 'bin', 'node');
  return existsSync(binary) ? binary : undefined;
}
