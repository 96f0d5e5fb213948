import { mkdir, mkdtemp, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerKind } from '../errors.ts';

/** Names inside a worker dir that the protocol fixes. The worker sees the directory as `/`. */
export const TMP_ARTIFACT = 'tmp-artifact';
export const ARTIFACT = 'artifact';

/** A new, empty directory of one worker. Somebody may have deleted the cache directory with the host's own in it. */
export async function makeWorkerDir(runDir: string, kind: WorkerKind): Promise<string> {
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  return await mkdtemp(join(runDir, `worker-dir-${kind}-`));
}

/**
 * Empties a worker dir between jobs, so that no job finds anything of another. The directory itself stays: it is
 * the worker's root. Throws whatever the file system says; the worker must not be used again then.
 */
export async function emptyWorkerDir(path: string): Promise<void> {
  const names = await readdir(path);
  await Promise.all(names.map((name) => remove(join(path, name))));
}

/** As a rule there is one file, and `unlink` is one trip to the disk where `rm` makes several. */
async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch {
    await rm(path, { recursive: true });
  }
}
