import { answerCall, receiveCall } from '../supervise/notify.ts';
import { EPERM } from '../sys/constants.ts';
import { type SyscallName, syscallNumber } from '../sys/syscalls.ts';
import type { ProgramFilters } from './filters.ts';

type SupervisorOptions = Pick<ProgramFilters, 'violation' | 'execAllowed' | 'execSupervised'>;

/** Judges the calls that the program's filter hands over. */
export class Supervisor {
  /** Refused calls by name, and how often. */
  readonly refused: Record<string, number> = {};
  readonly #options: SupervisorOptions;
  readonly #exec = [syscallNumber('execve'), syscallNumber('execveat')];
  #started: boolean;

  constructor(options: SupervisorOptions) {
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
