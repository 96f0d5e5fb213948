import type { PreparationStats } from '../outcome.ts';
import type { PrepareAnswer } from '../prepare/index.ts';

const BYTES_PER_KIB = 1_024;

/** What a preparation cost, in the host's words. */
export function statsOf({ stats, wallTimeMs }: PrepareAnswer & { type: 'prepared' }): PreparationStats {
  const { memoryStats } = stats;
  const tracker = memoryStats.memoryTrackerStats;
  return {
    cpuTimeNs: stats.cpuTimeElapsed.secs * 1_000_000_000n + BigInt(stats.cpuTimeElapsed.nanos),
    wallTimeMs,
    maxRssBytes: memoryStats.maxRss === undefined ? undefined : Number(memoryStats.maxRss) * BYTES_PER_KIB,
    maxResidentBytes: tracker === undefined ? undefined : Number(tracker.resident),
    maxAllocatedBytes: tracker === undefined ? undefined : Number(tracker.allocated),
    peakTrackedAllocBytes:
      memoryStats.peakTrackedAlloc === 0n ? undefined : Number(memoryStats.peakTrackedAlloc),
    codeLength: stats.observedWasmCodeLen,
  };
}
