import { codec, i32, option, string, variants } from '../scale/index.ts';

/**
 * Why a PVF could not be prepared. `isDeterministic` tells which of these are the PVF's own fault. For a
 * precheck every one of them means: vote against; for an execution see `isDeterministic`.
 */
export type PrepareError =
  /** The code is no module that may run. Reported by the job. */
  | { readonly type: 'Prevalidation'; readonly value: string }
  /** Rewriting or compiling failed. Reported by the job. */
  | { readonly type: 'Preparation'; readonly value: string }
  /** Precheck only: the new artifact could not be instantiated. Reported by the job. */
  | { readonly type: 'RuntimeConstruction'; readonly value: string }
  /** The job did something unexpected. Reported by the worker, who does not believe the job. */
  | { readonly type: 'JobError'; readonly value: string }
  /** CPU time (worker) or wall time (host) ran out. */
  | { readonly type: 'TimedOut' }
  /** Talking with the worker failed. Reported by the host or the worker. */
  | { readonly type: 'IoErr'; readonly value: string }
  /** The host could not create the file for the artifact. */
  | { readonly type: 'CreateTmpFile'; readonly value: string }
  /** The host could not move the artifact to its place. */
  | {
      readonly type: 'RenameTmpFile';
      readonly err: string;
      readonly src: string | undefined;
      readonly dest: string | undefined;
    }
  /** The memory limit was met. Reported by the job's last breath or by the worker that killed it. */
  | { readonly type: 'OutOfMemory' }
  /** The host could not empty the worker dir, so that the worker must not be used again. */
  | { readonly type: 'ClearWorkerDir'; readonly value: string }
  /** The job's process ended without an answer. Reported by the worker. */
  | { readonly type: 'JobDied'; readonly err: string; readonly jobPid: number }
  /** A system call failed. Reported by the worker or the job. */
  | { readonly type: 'Kernel'; readonly value: string }
  /** The code is compressed and broken or above the bomb limit. Reported by the job. */
  | { readonly type: 'CouldNotDecompressCodeBlob'; readonly value: string };

/** SCALE codec of {@link PrepareError}; decoding throws `ProtocolError`. */
export const PrepareError = codec<PrepareError>(
  'PrepareError',
  variants<PrepareError>({
    Prevalidation: [0, { value: string }],
    Preparation: [1, { value: string }],
    RuntimeConstruction: [2, { value: string }],
    JobError: [3, { value: string }],
    TimedOut: [4, {}],
    IoErr: [5, { value: string }],
    CreateTmpFile: [6, { value: string }],
    RenameTmpFile: [7, { err: string, src: option(string), dest: option(string) }],
    OutOfMemory: [8, {}],
    ClearWorkerDir: [9, { value: string }],
    JobDied: [10, { err: string, jobPid: i32 }],
    Kernel: [11, { value: string }],
    CouldNotDecompressCodeBlob: [12, { value: string }],
  }),
);

/**
 * Whether the same code fails this way on every machine, so that preparing it again is pointless. The rest can
 * come from load, memory pressure or a broken disk, and is retried under the host's rule. Rule: the reference's
 * `PrepareError::is_deterministic` (polkadot-node-core-pvf-common 29.0.0, src/error.rs).
 */
export function isDeterministic(error: PrepareError): boolean {
  switch (error.type) {
    case 'Prevalidation':
    case 'Preparation':
    case 'JobError':
    case 'OutOfMemory':
    case 'CouldNotDecompressCodeBlob':
      return true;
    case 'RuntimeConstruction':
    case 'TimedOut':
    case 'IoErr':
    case 'CreateTmpFile':
    case 'RenameTmpFile':
    case 'ClearWorkerDir':
    case 'JobDied':
    case 'Kernel':
      return false;
    default:
      return error satisfies never;
  }
}
