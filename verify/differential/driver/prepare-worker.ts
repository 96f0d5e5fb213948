import { copyFileSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Duration, durationToMs, PrepareWorkerResult, PvfPrepData } from '@pvf/protocol';
import { type WorkerOptions, WorkerProcess } from './worker-process.ts';

/** The host's wall-clock backstop as a multiple of the CPU time that a job is given. */
const WALL_CLOCK_FACTOR = 4;
/** Wall-clock milliseconds a worker gets on top, so that a loaded machine does not look like a hang. */
const WALL_CLOCK_SLACK_MS = 45_000;

export function wallClockLimitMs(cpuTime: Duration): number {
  return durationToMs(cpuTime) * WALL_CLOCK_FACTOR + WALL_CLOCK_SLACK_MS;
}

/** A prepare worker and the files that the host owes it. */
export class PrepareWorker {
  readonly process: WorkerProcess;

  private constructor(process: WorkerProcess) {
    this.process = process;
  }

  static async spawn(options: Omit<WorkerOptions, 'kind'>): Promise<PrepareWorker> {
    return new PrepareWorker(await WorkerProcess.spawn({ ...options, kind: 'prepare' }));
  }

  /**
   * Prepares one PVF; on success the artifact is at `artifactPath`.
   * @throws WorkerFailure when there is no answer; the worker must be stopped then.
   */
  async prepare(request: PvfPrepData, artifactPath: string): Promise<PrepareWorkerResult> {
    const temporary = join(this.process.directory, 'tmp-artifact');
    writeFileSync(temporary, '');
    try {
      this.process.send(PvfPrepData.encode(request));
      const answer = await this.process.receive(wallClockLimitMs(request.prepTimeout));
      const reply = PrepareWorkerResult.decode(answer);
      if (reply.ok) {
        rmSync(artifactPath, { force: true });
        keep(temporary, artifactPath);
      }
      return reply;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}

function keep(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
