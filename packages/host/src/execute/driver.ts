import { ExecuteHandshake, type ExecutorParams, type SecurityStatus, WorkerHandshake } from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import type { Driver, WorkerProcess, WorkerStarter, WorkResult } from '../worker/index.ts';
import type { ExecuteWork } from './give.ts';
import { type Abilities, type ExecuteAnswer, executeWork, type MaybeLater } from './work.ts';

/** What the pool of execute workers does not know of itself. A worker serves one set of executor params for its life. */
export class ExecuteDriver implements Driver<ExecutorParams, MaybeLater, ExecuteAnswer> {
  readonly #clock: Clock;
  readonly #starter: WorkerStarter;
  readonly #handshake: Uint8Array;
  readonly #abilities: Abilities;

  /** @param abilities what the starter asks the workers to do */
  constructor(clock: Clock, starter: WorkerStarter, securityStatus: SecurityStatus, abilities: Abilities) {
    this.#clock = clock;
    this.#starter = starter;
    this.#handshake = WorkerHandshake.encode({ securityStatus });
    this.#abilities = abilities;
  }

  spawn(executorParams: ExecutorParams, signal: AbortSignal, onGone: () => void): Promise<WorkerProcess> {
    const handshakes = [this.#handshake, ExecuteHandshake.encode({ executorParams })];
    return this.#starter.start(handshakes, signal, onGone);
  }

  async run(
    process: WorkerProcess,
    work: MaybeLater,
    onStarted: () => void,
  ): Promise<WorkResult<ExecuteAnswer>> {
    let ready: ExecuteWork;
    try {
      ready = await work;
    } catch (error) {
      return { type: 'not-taken', message: String(error) };
    }
    return await executeWork(this.#clock, process, ready, onStarted, this.#abilities);
  }

  async abandon(): Promise<void> {}
}
