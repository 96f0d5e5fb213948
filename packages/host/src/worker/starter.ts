import type { EarlyWorkers } from './early-workers.ts';
import { LaunchedWorker } from './launched-worker.ts';
import type { WorkerProcess } from './process.ts';
import type { SpawnSettings } from './spawn-settings.ts';

/** Starts the workers of one kind. */
export class WorkerStarter {
  readonly #settings: SpawnSettings;
  readonly #early: EarlyWorkers;

  constructor(settings: SpawnSettings, early: EarlyWorkers) {
    this.#settings = settings;
    this.#early = early;
  }

  /**
   * As `spawnWorker`. The first one is the worker that has told about its program, which may have died meanwhile. Where
   * there are control groups it has none, because it was started before they were found, and is not used.
   */
  async start(
    handshakes: readonly Uint8Array[],
    signal: AbortSignal,
    onGone: () => void,
  ): Promise<WorkerProcess> {
    const { kind, cgroup, logger } = this.#settings;
    try {
      const launched = cgroup === undefined ? this.#early.take(kind) : undefined;
      const worker = await launched?.greet(handshakes, signal, onGone);
      if (worker !== undefined) return worker;
    } catch (error) {
      logger.info({ kind, reason: String(error) }, 'another worker is started');
    }
    return await spawnWorker(this.#settings, handshakes, signal, onGone);
  }
}

/**
 * Starts a worker program and waits until it has connected and taken its handshake frames.
 *
 * Everything that was made is taken back if that fails or `signal` is aborted.
 * @param handshakes encoded frames' payloads, in order
 * @param onGone called once when the worker has ended, for whatever reason; not before the promise resolves
 * @throws SpawnError with the end of what the program wrote to stderr
 */
export async function spawnWorker(
  settings: SpawnSettings,
  handshakes: readonly Uint8Array[],
  signal: AbortSignal,
  onGone: () => void,
): Promise<WorkerProcess> {
  signal.throwIfAborted();
  const version = settings.nodeVersion === undefined ? [] : ['--node-impl-version', settings.nodeVersion];
  const launched = await LaunchedWorker.launch(settings, [`${settings.kind}-worker`, ...version]);
  return await launched.greet(handshakes, signal, onGone);
}
