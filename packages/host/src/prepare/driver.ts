import { type SecurityStatus, WorkerHandshake } from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import type { ArtifactStore } from '../store/index.ts';
import type { Driver, WorkerProcess, WorkerStarter, WorkResult } from '../worker/index.ts';
import { type PrepareAnswer, type PrepareWork, prepareWork } from './work.ts';

/** What the pool of prepare workers does not know of itself. */
export class PrepareDriver implements Driver<undefined, PrepareWork, PrepareAnswer> {
  readonly #clock: Clock;
  readonly #starter: WorkerStarter;
  readonly #store: ArtifactStore;
  readonly #handshakes: readonly Uint8Array[];

  constructor(clock: Clock, starter: WorkerStarter, securityStatus: SecurityStatus, store: ArtifactStore) {
    this.#clock = clock;
    this.#starter = starter;
    this.#store = store;
    this.#handshakes = [WorkerHandshake.encode({ securityStatus })];
  }

  spawn(_spec: undefined, signal: AbortSignal, onGone: () => void): Promise<WorkerProcess> {
    return this.#starter.start(this.#handshakes, signal, onGone);
  }

  run(process: WorkerProcess, work: PrepareWork, onStarted: () => void): Promise<WorkResult<PrepareAnswer>> {
    return prepareWork(this.#clock, this.#store, process, work, onStarted);
  }

  async abandon(answer: PrepareAnswer): Promise<void> {
    if (answer.type === 'prepared') await this.#store.remove(answer);
  }
}
