import { ExecuteHandshake, type ExecutorParams, type SecurityStatus, WorkerHandshake } from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import type { Driver, WorkerProcess, WorkerStarter, WorkResult } from '../worker/index.ts';
import type { HandOver } from './hand-over.ts';
import { type ExecuteAnswer, type ExecuteWork, executeWork, type MaybeLater } from './work.ts';

/** What the pool of execute workers does not know of itself. A worker serves one set of executor params for its life. */
export class ExecuteDriver implements Driver<ExecutorParams, MaybeLater, ExecuteAnswer> {
  readonly #clock: Clock;
  readonly #starter: WorkerStarter;
  readonly #handshake: Uint8Array;
  readonly #handOver: HandOver;
  readonly #tellsDetail: boolean;

  /** @param tellsDetail the workers are asked to add an `ExecutionDetail` to their answers */
  constructor(
    clock: Clock,
    starter: WorkerStarter,
    securityStatus: SecurityStatus,
    handOver: HandOver,
    tellsDetail: boolean,
  ) {
    this.#clock = clock;
    this.#handOver = handOver;
    this.#starter = starter;
    this.#handshake = WorkerHandshake.encode({ securityStatus });
    this.#tellsDetail = tellsDetail;
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
    const { parts, failed } = await this.#handOver.begin(process, ready.request);
    const result = await executeWork(this.#clock, process, ready, onStarted, this.#tellsDetail, parts);
    if (result.type !== 'done' || result.answer.type !== 'answered') failed();
    return result;
  }

  async abandon(): Promise<void> {}
}
