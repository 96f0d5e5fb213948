import { lastErrno, mapScratch, sys3, syscallNumber, viewOf } from '@pvf/linux';
import { EAGAIN, EINTR, MADV_DONTNEED } from '@pvf/linux/constants';

/** A job that wrote more has its pages given back, not overwritten. */
const KEPT_BYTES = 1 << 20;

/** Where jobs' output lands: outside V8's heap, and empty in every job, so that no job sees another's. */
let scratch: { readonly address: number; readonly length: number; used: number } | undefined;

function scratchOf(length: number): { readonly address: number; used: number } {
  if (scratch !== undefined && scratch.length < length) {
    sys3(syscallNumber('munmap')!, scratch.address, scratch.length, 0);
    scratch = undefined;
  }
  scratch ??= { address: mapScratch(length), length, used: 0 };
  forgetOutput();
  return scratch;
}

/** Forgets what the latest job has written. */
export function forgetOutput(): void {
  if (scratch === undefined || scratch.used === 0) return;
  const { address, length, used } = scratch;
  if (used > KEPT_BYTES) sys3(syscallNumber('madvise')!, address, length, MADV_DONTNEED);
  else new Uint8Array(viewOf(address, used)).fill(0);
  scratch.used = 0;
}

/** Reads a job's pipe into memory, up to a limit. One at a time. */
export class OutputCollector {
  readonly fd: number;
  ended = false;
  readonly #limit: number;
  readonly #scratch: { readonly address: number; used: number };

  constructor(fd: number, limit: number) {
    this.fd = fd;
    this.#limit = limit;
    this.#scratch = scratchOf(limit + 1);
  }

  /** Reads once; false when the job has written more than it may, or its pipe cannot be read. */
  read(): boolean {
    const { address, used } = this.#scratch;
    const n = sys3(syscallNumber('read')!, this.fd, address + used, this.#limit + 1 - used);
    if (n < 0) return lastErrno() === EINTR || lastErrno() === EAGAIN;
    this.ended = n === 0;
    this.#scratch.used = used + n;
    return this.#scratch.used <= this.#limit;
  }

  /** What was written; valid until it is forgotten, by the next job at the latest. */
  take(): Uint8Array {
    const { address, used } = this.#scratch;
    return used === 0 ? new Uint8Array(0) : new Uint8Array(viewOf(address, used));
  }
}
