import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** Beside the program; holds the version that it is to report, in one line. */
export const VERSION_FILE = 'pvf-version';

/** A version as node programs print it: no spaces, nothing that a terminal would obey. */
const WELL_FORMED = /^[\x21-\x7e]{1,64}$/;

/**
 * The version that a worker program reports and that a host compares with its own: that of the file `pvf-version`
 * beside the program if there is one, else `built`.
 *
 * @param mainUrl `import.meta.url` of the program's `dist/main.js`; its launcher is in `bin`
 * @throws Error when the file is there and holds no version
 */
export function reportedVersion(mainUrl: string, built: string): string {
  const directory = isSea() ? dirname(process.execPath) : fileURLToPath(new URL('../bin', mainUrl));
  return readVersionFile(join(directory, VERSION_FILE)) ?? built;
}

/** The same for programs: what is wrong is said on stderr, and the process ends with status 1. */
export function reportedVersionOrExit(mainUrl: string, built: string): string {
  try {
    return reportedVersion(mainUrl, built);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

/** @returns `undefined` when there is no such file */
export function readVersionFile(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${path}, which holds the version to report`, { cause: error });
  }
  const version = text.trim();
  if (!WELL_FORMED.test(version)) {
    throw new Error(
      `${path} must hold the version to report, in one line without spaces; write one or remove it`,
    );
  }
  return version;
}
