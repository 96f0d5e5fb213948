import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../../errors.ts';

/** An artifact in a cache directory, as its name and its file tell. */
export interface ArtifactFile {
  readonly name: string;
  readonly path: string;
  /** blake2-256 of the code that it was made from, hexadecimal. */
  readonly codeHash: string;
  /** Hash of the executor params that matter to preparation, hexadecimal. */
  readonly prepHash: string;
  /** Of worker programs, engine and CPU: others cannot use it. */
  readonly engine: string;
  /** twox-256 of the file, hexadecimal. */
  readonly checksum: string;
  readonly bytes: number;
  /** Milliseconds since the epoch; as exact as hosts note it, an hour. */
  readonly lastUsed: number;
}

/**
 * The artifacts in a directory, those used last first. Whatever else lies there is not touched and not told.
 * @throws CliError INPUT_FILE
 */
export async function artifactsIn(directory: string): Promise<ArtifactFile[]> {
  const { parseArtifactFileName } = await import('@pvf/host');
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    // Nothing was prepared yet.
    if (error.code === 'ENOENT') return [];
    throw new CliError(
      'INPUT_FILE',
      { path: directory, errno: error.code ?? 'unknown error' },
      `cannot read cache directory ${directory}: ${error.code}`,
      'name the directory of the host with --cache-dir, and be a user who may read it',
    );
  });
  const found: ArtifactFile[] = [];
  for (const name of names) {
    const parsed = parseArtifactFileName(name);
    if (parsed === undefined) continue;
    const path = join(directory, name);
    const file = await stat(path).catch(() => undefined);
    if (file?.isFile() !== true) continue;
    const { identity, checksum } = parsed;
    found.push({ name, path, ...identity, checksum, bytes: file.size, lastUsed: file.mtimeMs });
  }
  return found.sort((a, b) => b.lastUsed - a.lastUsed || a.name.localeCompare(b.name, 'en'));
}
