import { processCpuTimeNs, readAllocated, readSmallFile } from '@pvf/linux';
import type { JobSettings } from '../job/job-process.ts';

/**
 * No processor fills memory faster, not even in huge pages, whose emptying the bandwidth of the memory bounds; bytes per
 * millisecond of its time. How much CPU time a process has used tells how much it cannot have taken, and how far it is
 * from its limit how long it need not be looked at: most candidates end before anybody has to look, and one near its
 * limit is looked at every millisecond.
 */
const FASTEST_BYTES_PER_MS = 64 * 1024 * 1024;
const NS_PER_MS = 1e6;
const MIN_WAIT_MS = 1;
const MAX_WAIT_MS = 250;

/** What a child of a worker may hold in memory. */
export interface MemoryLimits {
  /** Beyond what it was forked with; no limit when absent. */
  readonly memoryLimitBytes?: number | undefined;
  /**
   * Bytes that a process has allocated, pages among them that it has made read-only (which RLIMIT_DATA forgets);
   * `undefined` when it is gone. Without it nothing is watched.
   */
  readonly readMemory?: ((pid: number) => number | undefined) | undefined;
}

/**
 * Bytes that a process has allocated, as `MemoryLimits` wants it. A /proc of another process namespace has other pids:
 * what it says of somebody else's process must not be taken for a job's, so nothing is read from it.
 */
export function memoryReader(procFd: number | undefined): (pid: number) => number | undefined {
  if (procFd === undefined || !hasOwnPids(procFd)) return () => undefined;
  return (pid) => readAllocated(procFd, pid);
}

function hasOwnPids(procFd: number): boolean {
  try {
    return Number.parseInt(readSmallFile('self/stat', procFd), 10) === process.pid;
  } catch {
    return false;
  }
}

/** Those of each template: of itself while it loads, together with its job later. */
export function memoryOf({ addedDataBytes, procFd }: JobSettings): MemoryLimits {
  return { memoryLimitBytes: addedDataBytes, readMemory: memoryReader(procFd) };
}

/** What a child's memory is counted from. */
export interface MemoryOrigin {
  /**
   * Bytes that the child, or the template that has made it, was forked with: {@link ownMemory} before that. Later the
   * child may have allocated already.
   */
  readonly forkedWith: number;
  /** What the template that has made it holds beyond that, and the child began with; it counts twice. */
  readonly heldByTemplate?: number;
}

/** Bytes that this process has allocated. */
export function ownMemory({ readMemory }: MemoryLimits): number {
  return readMemory?.(process.pid) ?? 0;
}

/** Watches the memory of one child. */
export class MemoryGuard {
  readonly #pid: number;
  readonly #read: ((pid: number) => number | undefined) | undefined;
  readonly #startedWith: number;
  /** The most that the child may have allocated in all, in bytes. */
  readonly max: number;

  constructor(pid: number, { forkedWith, heldByTemplate = 0 }: MemoryOrigin, limits: MemoryLimits) {
    const { memoryLimitBytes, readMemory } = limits;
    this.#pid = pid;
    this.#read = memoryLimitBytes === undefined ? undefined : readMemory;
    this.#startedWith = forkedWith + heldByTemplate;
    this.max = (memoryLimitBytes ?? Number.POSITIVE_INFINITY) + forkedWith - heldByTemplate;
  }

  /**
   * @param cpuTimeNs that the child has used since it was forked
   * @returns milliseconds until the next look is due; 0: the child holds more than it may
   */
  look(cpuTimeNs: number): number {
    if (this.#read === undefined) return Number.POSITIVE_INFINITY;
    let left = this.max - this.#startedWith - (cpuTimeNs / NS_PER_MS) * FASTEST_BYTES_PER_MS;
    if (left < 0) left = this.max - (this.#read(this.#pid) ?? 0);
    if (left < 0) return 0;
    return Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, Math.floor(left / FASTEST_BYTES_PER_MS)));
  }
}

/**
 * What a template may gain by the time it rests, and its waiting job over it: stacks, heaps and pipes of the fork, a few
 * hundred KiB as measured.
 */
const GROWTH_BYTES = 8 * 1024 * 1024;

/** A template whose memory is known well enough without reading it before each job. */
export class TemplateMemory {
  readonly #pid: number;
  readonly #limits: MemoryLimits;
  readonly forkedWith: number;
  #held = 0;
  #cpuTimeNs = 0;
  #kept = Number.POSITIVE_INFINITY;

  constructor(pid: number, forkedWith: number, limits: MemoryLimits) {
    this.#pid = pid;
    this.#limits = limits;
    this.forkedWith = forkedWith;
  }

  /** @param bytes beyond what it was forked with: what it is taken to hold from now on */
  keep(bytes: number): void {
    this.#kept = bytes;
  }

  /** What it, or its waiting job, may have allocated in all when it rests, in bytes. */
  get maxAtRest(): number {
    return this.forkedWith + Math.min(this.limit, this.#kept) + GROWTH_BYTES;
  }

  /** What it may hold beyond what it was forked with, in bytes. */
  get limit(): number {
    return this.#limits.memoryLimitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The most that the template can hold beyond what it was forked with: read again once it has had time to take more. */
  get held(): number {
    const { memoryLimitBytes, readMemory } = this.#limits;
    if (memoryLimitBytes === undefined || readMemory === undefined) return 0;
    const cpuTimeNs = processCpuTimeNs(this.#pid) ?? 0;
    const grown = ((cpuTimeNs - this.#cpuTimeNs) / NS_PER_MS) * FASTEST_BYTES_PER_MS;
    if (this.#cpuTimeNs > 0 && this.#held + grown < memoryLimitBytes / 4) return this.#held + grown;
    this.#held = Math.max(0, (readMemory(this.#pid) ?? 0) - this.forkedWith);
    this.#cpuTimeNs = cpuTimeNs;
    return this.#held;
  }
}
