import { answerCall, receiveCall, type SyscallName, syscallNumber } from '@pvf/linux';
import { EPERM } from '@pvf/linux/constants';
import type { Listening } from '../policy/plan.ts';
import type { ProgramFilters } from './filters.ts';
import { listenFor } from './listen.ts';

type SupervisorOptions = Pick<ProgramFilters, 'violation' | 'execAllowed' | 'execSupervised'>;

/** Judges the calls that the program's filter hands over. */
export class Supervisor {
  /** Refused calls by name, and how often. */
  readonly refused: Record<string, number> = {};
  readonly #options: SupervisorOptions;
  readonly #listening: Listening | undefined;
  readonly #listen = syscallNumber('listen');
  readonly #exec = [syscallNumber('execve'), syscallNumber('execveat')];
  #started: boolean;

  constructor(options: SupervisorOptions, listening?: Listening) {
    this.#listening = listening;
    this.#options = options;
    this.#started = !options.execSupervised;
  }

  /** Answers one call. @returns the violation that ends the sandbox, if it is one */
  handle(
    listener: number,
  ): { readonly syscall: SyscallName | undefined; readonly number: number } | undefined {
    const call = receiveCall(listener);
    if (call === undefined) return undefined;
    if (this.#passes(call.number)) {
      answerCall(listener, call, 'continue');
      return undefined;
    }
    if (this.#listening !== undefined && call.number === this.#listen) {
      const errno = listenFor(listener, call, this.#listening);
      if (errno === 0) {
        answerCall(listener, call, { errno });
        return undefined;
      }
    }
    const label = call.name ?? `system call ${call.number}`;
    this.refused[label] = (this.refused[label] ?? 0) + 1;
    if (this.#options.violation === 'kill') return { syscall: call.name, number: call.number };
    answerCall(listener, call, { errno: EPERM });
    return undefined;
  }

  /**
   * Where execve comes here too: until the first one, the program's start, only the launcher's own code runs under the
   * filter, and V8 may need anything.
   */
  #passes(number: number): boolean {
    if (!this.#exec.includes(number)) return !this.#started;
    const first = !this.#started;
    this.#started = true;
    return first || this.#options.execAllowed;
  }
}
