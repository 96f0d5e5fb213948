import { killPid, processCpuTimeNs, readProcess } from '@pvf/linux';
import { SIGCONT, SIGSTOP } from '@pvf/linux/constants';
import { TemplateError } from './template-error.ts';

/** A corpse has stopped, too. */
const STOPPED_STATES = 'TZX';
/**
 * What a process may use between SIGSTOP and its stop, to end the system call that it is in. None that an honest one
 * makes takes long; one that goes on has found a call that does not end for a signal.
 */
const STOPS_WITHIN_CPU_NS = 10e6;
/** On a machine that gives it no processor. */
const STOPS_WITHIN_MS = 2_000;
/** Until it is looked at again. */
const LOOK_AGAIN_MS = 1;

/** A child that gets no processor while it is stopped, whatever it does: nothing can handle or block that. */
export class Stoppable {
  readonly pid: number;
  #stopped = false;
  #rests = false;
  #stoppedAt = 0;
  #usedBefore = 0;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** Since it was told to stop it was seen to have stopped, with no more memory than it may have. */
  get rests(): boolean {
    return this.#stopped && this.#rests;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#usedBefore = processCpuTimeNs(this.pid) ?? 0;
    this.#stoppedAt = performance.now();
    killPid(this.pid, SIGSTOP);
    this.#stopped = true;
    this.#rests = false;
  }

  wake(): void {
    if (this.#stopped) killPid(this.pid, SIGCONT);
    this.#stopped = false;
  }

  /**
   * Looks whether it rests after {@link stop}: what it holds once it has stopped, it holds for as long as it rests.
   *
   * @param maxBytes that it may have allocated by then
   * @returns milliseconds until it is to be looked at again; infinite when it rests, is gone, or is to run
   * @throws TemplateError: it must be ended
   */
  look(procFd: number, maxBytes: number): number {
    if (!this.#stopped || this.#rests) return Number.POSITIVE_INFINITY;
    this.#rests = STOPPED_STATES.includes(this.#state(procFd, maxBytes));
    if (this.#rests) return Number.POSITIVE_INFINITY;
    const used = (processCpuTimeNs(this.pid) ?? 0) - this.#usedBefore;
    if (used > STOPS_WITHIN_CPU_NS || performance.now() - this.#stoppedAt > STOPS_WITHIN_MS)
      throw new TemplateError('it does not stop');
    return LOOK_AGAIN_MS;
  }

  /**
   * Looks whether one that rests still holds no more than it may: the kernel puts memory of which little is there into
   * large pages by and by, whether its process runs or not.
   *
   * @throws TemplateError: it must be ended
   */
  lookAgain(procFd: number, maxBytes: number): void {
    if (this.rests) this.#state(procFd, maxBytes);
  }

  #state(procFd: number, maxBytes: number): string {
    const { state, allocated } = readProcess(procFd, this.pid) ?? { state: 'X', allocated: 0 };
    if (allocated > maxBytes) throw new TemplateError('it holds more memory than it may at rest');
    return state;
  }
}
