import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  codeHash,
  durationFromMs,
  type ExecutorParams,
  type PrepareJobKind,
  type PrepareWorkerResult,
  WORKER_SPEED_UPS,
} from '@pvf/protocol';
import { speedUpsAreOff } from '@pvf/test-kit';
import { onTestFinished } from 'vitest';
import { FULL_SECURITY, PrepareWorker } from '../../../../verify/differential/driver/index.ts';

/** The npm launcher, or the program in the folder PVF_WORKERS: the standalone binary passes the same tests. */
const PROGRAM = join(process.env.PVF_WORKERS ?? join(import.meta.dirname, '../../bin'), 'pvf-prepare-worker');
const DEFAULT_BOMB_LIMIT = 30 * 1024 * 1024;
const LIMIT_MS = 360_000;

export interface Options {
  readonly executorParams?: ExecutorParams;
  readonly prepKind?: PrepareJobKind;
  readonly bombLimit?: number;
  /** CPU time for the job. */
  readonly limitMs?: number;
}

/** A prepare worker in full isolation, and a directory for artifacts. */
export class TestWorker {
  readonly artifactPath: string;
  readonly #worker: PrepareWorker;
  readonly #directory: string;

  /** Ends with the test. */
  static async start(): Promise<TestWorker> {
    const worker = new TestWorker(
      await PrepareWorker.spawn({
        program: PROGRAM,
        security: FULL_SECURITY,
        moreArguments: speedUpsAreOff() ? ['--without', WORKER_SPEED_UPS.join()] : [],
      }),
    );
    onTestFinished(() => worker.#close());
    return worker;
  }

  private constructor(worker: PrepareWorker) {
    this.#worker = worker;
    this.#directory = mkdtempSync(join(tmpdir(), 'pvf-prepare-'));
    this.artifactPath = join(this.#directory, 'artifact');
  }

  get pid(): number {
    return this.#worker.process.pid;
  }

  prepare(
    code: Uint8Array,
    { executorParams = [], prepKind = 'Prechecking', bombLimit, limitMs }: Options = {},
  ): Promise<PrepareWorkerResult> {
    return this.#worker.prepare(
      {
        maybeCompressedCode: code,
        validationCodeBombLimit: bombLimit ?? DEFAULT_BOMB_LIMIT,
        codeHash: codeHash(code),
        executorParams,
        prepTimeout: durationFromMs(limitMs ?? LIMIT_MS),
        prepKind,
      },
      this.artifactPath,
    );
  }

  hangUp(): void {
    this.#worker.process.endRequests();
  }

  async #close(): Promise<void> {
    await this.#worker.stop();
    rmSync(this.#directory, { recursive: true });
  }
}

/** The answer in a word: `Ok` or the type of the error. */
export function answerOf(result: PrepareWorkerResult): string {
  return result.ok ? 'Ok' : result.error.type;
}
