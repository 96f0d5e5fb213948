import type { Target } from './attempt.ts';

/** A way for a taken-over job to behave towards its worker. */
export interface Conduct {
  readonly name: string;
  /** Runs in the job; its result is the exit status. */
  readonly conduct: (target: Target) => number;
  /** The host's verdict when an execute job does so: type, and rule or cause; alternatives between `|`. */
  readonly verdict: string;
  /** What the host is told when a prepare job does so: a PrepareError, or success; alternatives between `|`. */
  readonly preparation: string;
}

export const DIED = { verdict: 'possibly-invalid job-died', preparation: 'JobDied' } as const;
/** Ended by itself without an answer that can be read. */
export const MUTE = { verdict: 'possibly-invalid job-died', preparation: 'JobError' } as const;
export const TIMED_OUT = { verdict: 'invalid cpu-timeout', preparation: 'TimedOut' } as const;
