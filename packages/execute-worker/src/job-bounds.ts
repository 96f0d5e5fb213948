import type { ExecutorSemantics } from '@pvf/protocol';

const WASM_PAGE_BYTES = 65_536;
/** What a job may use besides the guest's own memory: artifact, machine code, params and the PoV, several times. */
const DATA_OVERHEAD_BYTES = 2 * 1024 ** 3;
/** No result may be larger, however much memory a guest has. */
const MAX_RESULT_BYTES = 1 << 30;
/** What a job may write besides its guest's result: the encoding around it, and what the guest has said. */
const OUTPUT_OVERHEAD_BYTES = 1 << 20;

/** What the jobs of a worker may take, whatever the candidate. */
export interface JobBounds {
  /** Of memory, beyond what their worker has; the kernel's limit and the one that the worker watches. */
  readonly addedDataBytes: number;
  /** Written to their worker. */
  readonly outputLimitBytes: number;
}

/** Of jobs whose guests may have so much memory: a result lies in it. */
export function jobBounds({ maximumPages }: Pick<ExecutorSemantics, 'maximumPages'>): JobBounds {
  const guestBytes = maximumPages * WASM_PAGE_BYTES;
  return {
    addedDataBytes: guestBytes + DATA_OVERHEAD_BYTES,
    outputLimitBytes: Math.min(guestBytes, MAX_RESULT_BYTES) + OUTPUT_OVERHEAD_BYTES,
  };
}
