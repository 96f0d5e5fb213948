import { ExecuteHandshake, type ExecutorParams, type SecurityStatus, WorkerHandshake } from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import type { Driver, WorkerProcess, WorkerStarter, WorkResult } from '../worker/index.ts';
import type { ExecuteWork } from './give.ts';
import type { HandOver } from './hand-over.ts';
import { type Abilities, type ExecuteAnswer, executeWork, type MaybeLater } from './work.ts';

/** What the pool of execute workers does not know of itself. A worker serves one set of executor params for its life. */
export class ExecuteDriver implements Driver<ExecutorParams, MaybeLater, ExecuteAnswer> {
  readonly #clock: Clock;
  readonly #starter: WorkerStarter;
  readonly #handshake: Uint8Array;
  readonly #handOver: HandOver;
  readonly #abilities: Abilities;

  /** @param abilities what the starter asks the workers to do */
  constructor(
    clock: Clock,
    starter: WorkerStarter,
    securityStatus: SecurityStatus,
    handOver: HandOver,
    abilities: Abilities,
  ) {
    this.#clock = clock;
    this.#handOver = handOver;
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
    let failed = (): void => {};
    const handOver = async (): Promise<readonly Uint8Array[]> => {
      const handedOver = await this.#handOver.begin(process, ready.request);
      failed = () => handedOver.failed();
      return handedOver.parts;
    };
    const result = await executeWork(this.#clock, process, ready, onStarted, this.#abilities, handOver);
    if (result.type !== 'done' || result.answer.type !== 'answered') failed();
    return result;
  }

  async abandon(): Promise<void> {}
}
