import type { WorkerKind } from '../errors.ts';
import { LaunchedWorker } from './launched-worker.ts';
import { answerOf, type ProgramResult, runProgram } from './run-program.ts';
import type { SpawnSettings } from './spawn-settings.ts';

/** Between what `--capabilities` is asked with and what a worker is started with: the program tells and goes on as one. */
const THEN = '--then';
/** The last line of a program that does. */
const SERVES = /^serves=1$/m;

/**
 * A script around a program may keep its answer back until the program ends (`worker "$@" | sed …`): after this part of
 * the time for an answer the program is ended, and asked by itself.
 */
const PATIENCE = 4;

/**
 * Workers that have told about their programs while they started, and now wait for their handshake: so the first worker
 * of each kind costs a starting host no process more than asking does. Programs that do not know how are merely asked.
 */
export class EarlyWorkers {
  /** Those that tell, and those that have told. */
  readonly #launched = new Set<LaunchedWorker>();
  readonly #ready = new Map<WorkerKind, LaunchedWorker>();
  readonly #asking = new Set<Promise<unknown>>();
  #disposed = false;

  /**
   * Asks a program as `runProgram` does, and keeps it if it goes on as a worker.
   * @param args `--capabilities` and what belongs to it
   */
  ask(settings: SpawnSettings, args: readonly string[], timeoutMs: number): Promise<ProgramResult> {
    const asking = this.#ask(settings, args, timeoutMs).finally(() => this.#asking.delete(asking));
    this.#asking.add(asking);
    return asking;
  }

  /** The worker of this kind, if there is one; it is the caller's then. */
  take(kind: WorkerKind): LaunchedWorker | undefined {
    const launched = this.#ready.get(kind);
    this.#ready.delete(kind);
    if (launched !== undefined) this.#launched.delete(launched);
    return launched;
  }

  /** Ends those that nobody has taken, and those that are being asked; nothing is left of them then. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#ready.clear();
    await Promise.all([...this.#launched].map((launched) => launched.dispose()));
    this.#launched.clear();
    await Promise.all(this.#asking);
  }

  async #ask(settings: SpawnSettings, args: readonly string[], timeoutMs: number): Promise<ProgramResult> {
    const justAsk = async () =>
      this.#disposed ? NOT_ASKED : await runProgram(settings.program, args, timeoutMs);
    let launched: LaunchedWorker;
    try {
      launched = await LaunchedWorker.launch(settings, [...args, THEN, `${settings.kind}-worker`]);
    } catch {
      // Whatever it is will be told by whoever needs a worker.
      return await justAsk();
    }
    this.#launched.add(launched);
    const answer = this.#disposed
      ? NOT_ASKED
      : await answerOf(launched.child, timeoutMs / PATIENCE, (stdout) => SERVES.test(stdout));
    if (SERVES.test(answer.stdout) && !answer.timedOut && !this.#disposed) {
      this.#ready.set(settings.kind, launched);
      return answer;
    }
    this.#launched.delete(launched);
    await launched.dispose();
    return answer.status === 0 && !answer.timedOut ? answer : await justAsk();
  }
}

/** Nobody waits for the answer any more. */
const NOT_ASKED: ProgramResult = { status: null, timedOut: false, stdout: '', stderr: '' };
