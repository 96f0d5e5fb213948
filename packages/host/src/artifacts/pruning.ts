import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../metrics/index.ts';
import type { ArtifactStore } from '../store/index.ts';
import type { PruneReport } from '../types.ts';
import type { ArtifactStates } from './states.ts';

/** How much the artifacts may take between two prunings, as a multiple of the limit. */
const MOST_FACTOR = 2;
/** An artifact that was used in the last ten minutes may be needed for a vote now: preparing takes seconds. */
const IN_USE_MS = 10 * 60 * 1_000;

/** What the artifacts may take. */
export interface DiskLimit {
  bytes: number;
  /** Those that were used within this time are spared, milliseconds. */
  minStaleMs: number;
}

interface Parts {
  clock: Clock;
  logger: Logger;
  metrics: Pick<Metrics, 'cache'>;
  store: Pick<ArtifactStore, 'remove'>;
  disk: DiskLimit;
}

/** Removes artifacts that are not needed. */
export class Pruning {
  readonly #states: ArtifactStates;
  readonly #parts: Parts;

  constructor(states: ArtifactStates, parts: Parts) {
    this.#states = states;
    this.#parts = parts;
  }

  /** See `Artifacts.prune`. */
  async prune(limit: number, minStaleMs: number): Promise<PruneReport> {
    const { clock, metrics, store } = this.#parts;
    const now = clock.now();
    const prepared = this.#states.prepared();
    const report: PruneReport = { removed: 0, removedBytes: 0, kept: prepared.length, keptBytes: 0 };
    for (const [, { artifact }] of prepared) report.keptBytes += artifact.size;
    // As of now: removing takes time, in which they may be used.
    const byUse = prepared.map(([key, { artifact, lastUsed }]) => ({ key, artifact, lastUsed }));
    for (const { key, artifact, lastUsed } of byUse.sort((a, b) => a.lastUsed - b.lastUsed)) {
      if (report.keptBytes <= limit || now - lastUsed < minStaleMs) break;
      report.kept -= 1;
      report.keptBytes -= artifact.size;
      const state = this.#states.get(key);
      // Given up while others were removed, and perhaps in the making again: whoever waits for that would wait for ever.
      if (state?.type !== 'prepared' || state.artifact !== artifact) continue;
      this.#states.delete(key);
      metrics.cache('evicted');
      await store.remove(artifact);
      report.removed += 1;
      report.removedBytes += artifact.size;
    }
    return report;
  }

  /**
   * To be called when an artifact was added: pruning by the clock alone would let a series of PVFs fill the disk within
   * the hour. Above the limit the usual pruning comes early; above twice the limit even artifacts that were used lately
   * go, but those of the last ten minutes.
   */
  boundDiskUse(): void {
    // Once the new artifact counts.
    setImmediate(() => {
      this.#bound().catch((error: unknown) =>
        this.#parts.logger.warn({ error: String(error) }, 'pruning failed'),
      );
    });
  }

  async #bound(): Promise<void> {
    const { bytes, minStaleMs } = this.#parts.disk;
    if (this.#states.counts().bytes <= bytes) return;
    await this.prune(bytes, minStaleMs);
    await this.prune(MOST_FACTOR * bytes, Math.min(minStaleMs, IN_USE_MS));
  }
}
