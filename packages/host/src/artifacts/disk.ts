import type { Artifacts } from './artifacts.ts';

/** How much the artifacts may take between two prunings, as a multiple of the limit. */
const MOST_FACTOR = 2;
/** An artifact that was used in the last ten minutes may be needed for a vote now: preparing takes seconds. */
const IN_USE_MS = 10 * 60 * 1_000;

/**
 * To be called when an artifact was added: pruning by the clock alone would let a series of PVFs fill the disk within
 * the hour. Above the limit the usual pruning comes early; above twice the limit even artifacts that were used lately
 * go, but those of the last ten minutes.
 *
 * @param limit bytes
 */
export async function boundDiskUse(artifacts: Artifacts, limit: number, minStaleMs: number): Promise<void> {
  if (artifacts.counts().bytes <= limit) return;
  await artifacts.prune(limit, minStaleMs);
  await artifacts.prune(MOST_FACTOR * limit, Math.min(minStaleMs, IN_USE_MS));
}
