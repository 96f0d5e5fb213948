import { linkSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ExecuteHandshake, ExecuteRequest, ExecuteWorkerResult, type ExecutorParams } from '@pvf/protocol';
import { wallClockLimitMs } from './prepare-worker.ts';
import { type WorkerOptions, WorkerProcess } from './worker-process.ts';

/** The worker's answer: decoded, and as it came. */
export interface ExecuteReply {
  result: ExecuteWorkerResult;
  bytes: Uint8Array;
}

/** An execute worker, bound to one set of executor params. */
export class ExecuteWorker {
  readonly process: WorkerProcess;

  private constructor(process: WorkerProcess) {
    this.process = process;
  }

  static async spawn(
    options: Omit<WorkerOptions, 'kind'> & { executorParams: ExecutorParams },
  ): Promise<ExecuteWorker> {
    const worker = await WorkerProcess.spawn({ ...options, kind: 'execute' });
    worker.send(ExecuteHandshake.encode({ executorParams: options.executorParams }));
    return new ExecuteWorker(worker);
  }

  /**
   * Runs one candidate on the artifact at `artifactPath` (hard-linked into the worker's directory; `undefined`
   * leaves the directory empty).
   * @throws WorkerFailure when there is no answer; the worker must be stopped then.
   */
  async execute(request: ExecuteRequest, artifactPath: string | undefined): Promise<ExecuteReply> {
    if (artifactPath !== undefined) linkSync(artifactPath, join(this.process.directory, 'artifact'));
    try {
      this.process.send(ExecuteRequest.encode(request));
      const bytes = await this.process.receive(wallClockLimitMs(request.executionTimeout));
      return { result: ExecuteWorkerResult.decode(bytes), bytes };
    } finally {
      for (const entry of readdirSync(this.process.directory))
        rmSync(join(this.process.directory, entry), { recursive: true, force: true });
    }
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
