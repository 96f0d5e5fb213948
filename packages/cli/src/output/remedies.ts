import type { PrepareError } from '@pvf/host';

/** What a person can do about a preparation that failed. */
export function prepareRemedy(error: PrepareError): string {
  switch (error.type) {
    case 'Prevalidation':
      return 'build the runtime for the WebAssembly MVP (no sign extension, bulk memory, SIMD …); see `pvf inspect`';
    case 'Preparation':
      return 'the module cannot be instrumented or compiled; see `pvf inspect` for the function';
    case 'RuntimeConstruction':
      return 'the module compiles but cannot be instantiated; see `pvf inspect` for its imports and memory';
    case 'CouldNotDecompressCodeBlob':
      return 'the file is cut off or damaged, or decompresses to more than the limit (--bomb-limit): get it again';
    case 'OutOfMemory':
      return 'the runtime needs more memory to compile than the limit (executor param PrecheckingMaxMemory)';
    case 'TimedOut':
      return 'try again on an idle machine, or with a larger limit (executor param PvfPrepTimeout)';
    case 'JobError':
    case 'JobDied':
      return 'run again with --verbose; if it persists, report it with the file';
    case 'IoErr':
    case 'CreateTmpFile':
    case 'RenameTmpFile':
    case 'ClearWorkerDir':
      return 'check space and permissions of the cache directory (--cache-dir)';
    case 'Kernel':
      return 'the kernel refused something that a job needs: see `pvf doctor`';
    default:
      return unreachable(error);
  }
}

function unreachable(error: never): never {
  throw new TypeError(`unknown preparation error ${JSON.stringify(error)}`);
}
