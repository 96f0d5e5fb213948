/** What an attacker could know of the world outside. */
export interface Target {
  readonly workerPid: number;
  readonly hostPid: number;
  /** A directory outside the worker's own, in which everyone may do everything. */
  readonly outside: string;
  /** A file there, to be read and changed. */
  readonly victim: string;
  /** Its handle, for open_by_handle_at. */
  readonly handle: Buffer;
  readonly hostName: string;
  /** A TCP port of this machine on which somebody listens. */
  readonly tcpPort: number;
  readonly abstractSocket: string;
  readonly socketPath: string;
  /** The job's pipe. */
  readonly writeFd: number;
  /** Where a request would lie. */
  readonly request: number;
  /** A page of a file that every process of this program has mapped. */
  readonly sharedPage: number;
  /** A page of code: `ret`, and behind it an infinite loop and a 32-bit system call. */
  readonly code: number;
  /** Calls native code in that page, at an offset. */
  readonly run: (offset: number) => number;
}

/** One thing that native code in a taken-over job tries. */
export interface Attempt {
  readonly name: string;
  /** Makes the system calls; the value of the decisive one, negative errno on failure. */
  readonly attack: (target: Target) => number;
  /** Failures that come after the permission checks: the kernel would have done it. */
  readonly reached?: readonly number[];
}

export interface Group {
  readonly title: string;
  readonly attempts: readonly Attempt[];
}

export const attempt = (
  name: string,
  attack: Attempt['attack'],
  rest: Pick<Attempt, 'reached'> = {},
): Attempt => ({ name, attack, ...rest });
