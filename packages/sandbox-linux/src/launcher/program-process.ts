import { type ChildEnd, errnoNameOf, forkChild, killPid, SandboxError } from '@pvf/linux';
import { SIGSEGV } from '@pvf/linux/constants';
import { MAX_FORK_ACCIDENTS, mayBeForkAccident } from '../policy/fork-accidents.ts';
import { becomeProgram, type ProgramOptions } from './program.ts';
import type { SharedState } from './shared-state.ts';

const CANNOT_START = 125;

/** The program as init's child: started, signalled, ended; forked anew after an accident of the fork. */
export class ProgramProcess {
  /** How it ended. */
  end: ChildEnd | undefined;
  readonly #options: ProgramOptions;
  #pid: number;
  #chances = MAX_FORK_ACCIDENTS;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#pid = fork(options);
  }

  signal(signal: number): void {
    // what was asked for is no accident
    if (signal === SIGSEGV) this.#chances = 0;
    killPid(this.#pid, signal);
  }

  kill(): void {
    killPid(this.#pid);
  }

  /** Looks for it among children that have ended. */
  find(ended: readonly ChildEnd[], mayStartAnew: boolean): void {
    const own = ended.find(({ pid }) => pid === this.#pid);
    if (own !== undefined && mayStartAnew && this.#hadAccident(own)) {
      this.#chances--;
      this.#pid = fork(this.#options);
    } else this.end ??= own;
  }

  /** It died on the way to its program, before there was a filter. */
  #hadAccident(own: ChildEnd): boolean {
    const { executing, listener, unsupervised } = this.#options.shared;
    const untouched = !executing && listener === undefined && !unsupervised;
    return mayBeForkAccident(own) && this.#chances > 0 && untouched;
  }
}

const fork = (options: ProgramOptions): number =>
  forkChild({
    shareDescriptors: true,
    body: () => becomeProgram(options),
    onError: (error) => tell(options.shared, error),
  });

function tell(shared: SharedState, error: unknown): number {
  shared.failure = JSON.stringify({
    code: error instanceof SandboxError ? error.code : 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    errno: errnoNameOf(error),
  });
  return CANNOT_START;
}
