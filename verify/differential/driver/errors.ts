/** Why a worker gave no answer. `closed`: its end of the socket; `silent`: nothing within the time; `not-started`. */
export type WorkerFailureCode = 'closed' | 'silent' | 'not-started';

/** A worker that gave no answer; `detail` is what is known about its end (standard error, the system's message). */
export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
  readonly code: WorkerFailureCode;
  readonly detail: string;
  /** Exit status or signal, when the worker has ended. */
  readonly end: number | string | undefined;

  constructor(code: WorkerFailureCode, detail: string, end?: number | string) {
    super(`the worker gave no answer (${code}): ${detail}`);
    this.code = code;
    this.detail = detail;
    this.end = end;
  }
}
