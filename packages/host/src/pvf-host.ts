import type { Registry } from 'prom-client';
import type { PvfCode } from './code.ts';
import type { PrecheckOutcome, ValidationOutcome } from './outcome.ts';
import type {
  ActiveLeavesUpdate,
  HostOptions,
  HostStatus,
  PrecheckRequest,
  PruneReport,
  PvfInput,
  SecurityReport,
  ValidateRequest,
} from './types.ts';

/**
 * Prechecks PVFs and validates candidates in worker processes.
 *
 * `precheck` and `validate` resolve to an outcome whatever happens to workers, jobs and files; they reject, with a
 * {@link HostError}, only when an argument is wrong or the host is closed.
 */
export class PvfHost implements AsyncDisposable {
  /**
   * Finds and checks the worker programs, probes this machine's isolation and opens the cache directory.
   * @throws HostError WORKER_*, NOT_SECURE, CACHE_DIR, INVALID_OPTION; nothing is left behind then.
   */
  static async start(_options: HostOptions = {}): Promise<PvfHost> {
    throw new Error('not implemented yet');
  }

  private constructor() {}

  /** The registry with the host's metrics. */
  get metrics(): Registry {
    throw new Error('not implemented yet');
  }

  /** Which layers of isolation work here, as probed at start. */
  get security(): SecurityReport {
    throw new Error('not implemented yet');
  }

  /** Copies a PVF into shared memory and hashes it, once for many requests. */
  async importCode(_code: Uint8Array): Promise<PvfCode> {
    throw new Error('not implemented yet');
  }

  /**
   * Checks that a PVF can be prepared within the limits of prechecking. An artifact that is there already is
   * enough; a failure that is known is told again without another try.
   */
  async precheck(_request: PrecheckRequest): Promise<PrecheckOutcome> {
    throw new Error('not implemented yet');
  }

  /** Executes a candidate, after preparing its PVF if need be, and says how to vote. */
  async validate(_request: ValidateRequest): Promise<ValidationOutcome> {
    throw new Error('not implemented yet');
  }

  /** Prepares PVFs that will be needed soon and marks those that are prepared as used. Settles once all are queued. */
  async headsUp(_pvfs: readonly PvfInput[]): Promise<void> {
    throw new Error('not implemented yet');
  }

  /** Drops queued backing jobs whose scheduling parent is in no active fork: their outcome is `deadline-passed`. */
  updateActiveLeaves(_update: ActiveLeavesUpdate): void {
    throw new Error('not implemented yet');
  }

  status(): HostStatus {
    throw new Error('not implemented yet');
  }

  /** Removes artifacts, least recently used first, down to `limit` bytes; spares those used within `minStaleMs`. */
  async prune(_options: { limit?: number; minStaleMs?: number } = {}): Promise<PruneReport> {
    throw new Error('not implemented yet');
  }

  /**
   * Ends every job, worker and thread; pending requests resolve as `cancelled` with cause `host-closed`. Leaves no
   * process, socket or directory but the cache directory with its artifacts. May be called more than once.
   */
  async close(): Promise<void> {
    throw new Error('not implemented yet');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
