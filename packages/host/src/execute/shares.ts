import { KINDS } from '../kinds.ts';
import type { ExecutionKind } from '../types.ts';

/**
 * Jobs after which the count restarts. The reference sizes it as what four cores can run in a relay-chain block at
 * 2 s each (polkadot-node-core-pvf 36.0.0, `execute/queue.rs`, SCHEDULING_WINDOW_SIZE).
 */
const WINDOW_JOBS = 12;

/** Largest share, percent, of what is scheduled at a kind's own and lower priorities. */
const SHARE_PERCENT: Record<ExecutionKind, number> = {
  dispute: 70,
  approval: 80,
  'backing-system': 100,
  backing: 100,
};

/**
 * Picks the kind to serve next: the highest that has work and has not used up its share in the current window, so
 * that a flood of disputes leaves something to approvals, and both something to backing.
 */
export class Shares {
  #scheduled: Record<ExecutionKind, number> = zeros();

  /** Undefined when no kind has work. A kind over its share is served all the same when nobody else waits. */
  next(hasWork: (kind: ExecutionKind) => boolean): ExecutionKind | undefined {
    const waiting = KINDS.filter(hasWork);
    return waiting.find((kind) => !this.#usedUp(kind)) ?? waiting[0];
  }

  scheduled(kind: ExecutionKind): void {
    this.#scheduled[kind] += 1;
    if (this.#sumFrom(0) >= WINDOW_JOBS) this.#scheduled = zeros();
  }

  #usedUp(kind: ExecutionKind): boolean {
    const total = this.#sumFrom(KINDS.indexOf(kind));
    return total > 0 && Math.floor((this.#scheduled[kind] * 100) / total) >= SHARE_PERCENT[kind];
  }

  #sumFrom(index: number): number {
    return KINDS.slice(index).reduce((sum, kind) => sum + this.#scheduled[kind], 0);
  }
}

function zeros(): Record<ExecutionKind, number> {
  return { dispute: 0, approval: 0, 'backing-system': 0, backing: 0 };
}
