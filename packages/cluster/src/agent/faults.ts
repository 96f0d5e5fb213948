import type { PrecheckOutcome, ValidationOutcome } from '@pvf/host';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Errors of a preparation in which the worker or host speaks of its own machine, disks among them. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  'IoErr',
  'CreateTmpFile',
  'RenameTmpFile',
  'ClearWorkerDir',
  'Kernel',
]);

/** What this machine got wrong, in words; undefined for an answer that any machine gives. */
export function faultOf(outcome: ValidationOutcome | PrecheckOutcome): string | undefined {
  if (outcome.kind === 'internal') return `${outcome.cause}: ${outcome.message}`;
  // A precheck counts such a failure as a vote against. In bulk, another machine is asked first.
  if (outcome.kind === 'failed' && OF_THE_MACHINE.has(outcome.error.type)) return outcome.message;
  return undefined;
}

/** After faults of its machine an agent takes nothing for a while, longer each time, so that others get the work. */
export class Breaker {
  readonly #now: () => number;
  #row = 0;
  #until = 0;
  #cause: string | undefined;

  /** @param now milliseconds of a clock that is never set */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Why nothing is taken at the moment. */
  get cause(): string | undefined {
    return this.pauseMs > 0 ? this.#cause : undefined;
  }

  get pauseMs(): number {
    return Math.max(0, this.#until - this.#now());
  }

  fault(cause: string): void {
    this.#until = this.#now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#row);
    this.#row = Math.min(this.#row + 1, 20);
    this.#cause = cause.slice(0, 1000);
  }

  success(): void {
    this.#row = 0;
    this.#until = 0;
  }
}
