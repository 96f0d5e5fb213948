import type { Clock } from '../clock.ts';
import { jobCpuTimeMs } from './job-clock.ts';
import type { WorkerProcess } from './process.ts';
import { ask, type TimeSpent, timeSpent } from './wall-time.ts';

/** What came of a request to a worker. `not-taken` and `broken` with what the worker wrote last. */
export type Asked =
  | { type: 'frame'; frame: Uint8Array; wallTimeMs: number }
  | { type: 'timeout'; wallTimeMs: number; times: TimeSpent }
  | { type: 'broken'; message: string; wallTimeMs: number }
  | { type: 'not-taken'; message: string };

/**
 * Asks a worker (see `ask`) and tells of a failure what can be known of it. Never rejects.
 * @param request encoded
 */
export async function askWorker(
  clock: Clock,
  process: WorkerProcess,
  cpuLimitNs: bigint,
  request: readonly Uint8Array[],
  onSent: () => void,
): Promise<Asked> {
  const came = await ask(clock, cpuLimitNs, process.connection, request, onSent);
  switch (came.type) {
    case 'frame':
      return came;
    case 'timeout': {
      const { wallTimeMs } = came;
      return { ...came, times: timeSpent(cpuLimitNs, wallTimeMs, jobCpuTimeMs(process.pid)) };
    }
    case 'broken':
      return { ...came, message: await process.explain(came.message) };
    case 'not-sent':
      return { type: 'not-taken', message: await process.explain(came.message) };
    default:
      return came satisfies never;
  }
}
