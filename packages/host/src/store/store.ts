import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactKey, parseArtifactFileName, type RecordedBy } from '../artifact-identity.ts';
import type { Promoted, Threads } from '../threads/index.ts';
import type { Artifact, Destination } from './artifact.ts';

/** How often a use is written to the file's times, so that a later run knows the order. */
const TOUCH_EVERY_MS = 60 * 60 * 1_000;

/** The artifact files in the cache directory. What cannot be removed is left to the next start. */
export class ArtifactStore {
  readonly #dir: string;
  readonly #threads: Pick<Threads, 'promote' | 'verify'>;
  readonly #recordedBy: RecordedBy;
  /** Files of an earlier run are read once before they are trusted. */
  readonly #unverified = new WeakMap<Artifact, Promise<boolean> | 'not-yet'>();
  readonly #touched = new WeakMap<Artifact, number>();

  /** @param recordedBy of the prepare worker's program: who says what an artifact was made from */
  constructor(dir: string, threads: Pick<Threads, 'promote' | 'verify'>, recordedBy: RecordedBy) {
    this.#dir = dir;
    this.#threads = threads;
    this.#recordedBy = recordedBy;
  }

  /**
   * The artifacts that an earlier run left for this engine, by key, with the time of their last use (ms since the
   * epoch). All other artifact files are removed, and these too unless `keep`.
   */
  async restore(
    engine: string,
    keep: boolean,
  ): Promise<Map<string, { artifact: Artifact; lastUsed: number }>> {
    const found = new Map<string, { artifact: Artifact; lastUsed: number }>();
    for (const name of await readdir(this.#dir)) {
      const path = join(this.#dir, name);
      const parsed = parseArtifactFileName(name);
      if (parsed === undefined) continue;
      const { identity, checksum, recorded } = parsed;
      const key = artifactKey(identity);
      const file = await stat(path).catch(() => undefined);
      const missing = this.#recordedBy === 'host' && !recorded;
      if (!keep || missing || identity.engine !== engine || file === undefined || found.has(key)) {
        await this.remove({ path });
        continue;
      }
      const artifact: Artifact = { identity, path, checksum, size: file.size, stats: undefined };
      this.#unverified.set(artifact, 'not-yet');
      found.set(key, { artifact, lastUsed: file.mtimeMs });
    }
    return found;
  }

  /**
   * Takes what a worker has written: checked, synced and moved to its place.
   * @param checksum that the worker has announced
   */
  async promote(tmpPath: string, checksum: Uint8Array, to: Destination): Promise<Promoted> {
    if (to.type === 'file') {
      await rename(tmpPath, to.path);
      return { ok: true, path: to.path, size: 0 };
    }
    const { identity } = to;
    const task = { tmpPath, cacheDir: this.#dir, identity, checksum, recordedBy: this.#recordedBy };
    return await this.#threads.promote(task);
  }

  /** Whether the artifact may be used as far as the host knows; reads files of an earlier run to the end, once. */
  isSound(artifact: Artifact): boolean | Promise<boolean> {
    const state = this.#unverified.get(artifact);
    if (state === undefined) return true;
    if (state !== 'not-yet') return state;
    const { path, identity, checksum } = artifact;
    const check = this.#threads
      .verify({ path, identity, checksum, recordedBy: this.#recordedBy })
      .catch(() => false)
      .then((sound) => {
        if (sound) this.#unverified.delete(artifact);
        return sound;
      });
    this.#unverified.set(artifact, check);
    return check;
  }

  /** Notes a use for later runs of the host. */
  touch(artifact: Artifact, now: number): void {
    if (now - (this.#touched.get(artifact) ?? 0) < TOUCH_EVERY_MS) return;
    this.#touched.set(artifact, now);
    utimes(artifact.path, now / 1_000, now / 1_000).catch(() => {});
  }

  /** Of an artifact, its path; also for what was promoted and never became one. */
  async remove({ path }: Pick<Artifact, 'path'>): Promise<void> {
    await rm(path, { force: true }).catch(() => {});
  }
}
