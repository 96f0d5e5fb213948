import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';

declare const PVF_VERSION: string | undefined;
declare const PVF_REPORTED_VERSION: string | undefined;

/** This package's version; put into the standalone binary, which has no manifest beside it. */
export const VERSION: string = typeof PVF_VERSION === 'string' ? PVF_VERSION : ownVersion();

function ownVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('@pvf/cli/package.json');
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

/**
 * The version that the worker programs must report; `undefined` for that of the host package. In a folder of release
 * binaries it may be set, for all of them, at build or by the file `pvf-version`.
 */
export function expectedWorkerVersion(): string | undefined {
  if (!isSea()) return undefined;
  try {
    return readFileSync(join(dirname(process.execPath), 'pvf-version'), 'utf8').trim();
  } catch {
    return typeof PVF_REPORTED_VERSION === 'string' ? PVF_REPORTED_VERSION : VERSION;
  }
}
