import type { ExecutorParam } from '@pvf/host';
import { ExecutorParams, isProtocolError } from '@pvf/protocol';
import { ProblemError } from '../problem.ts';
import type { ExecutorParamsJson } from '../schemas/index.ts';
import { bytesOf } from './hex.ts';

type Given = Exclude<ExecutorParamsJson, string>[number];

/**
 * Executor params as the library takes them, of JSON that the schema has accepted.
 * @throws ProblemError INVALID_REQUEST
 */
export function executorParamsOf(given: ExecutorParamsJson): readonly ExecutorParam[] {
  if (typeof given !== 'string') return given.map(paramOf);
  try {
    return ExecutorParams.decodeExact(bytesOf(given));
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    throw new ProblemError(
      'INVALID_REQUEST',
      `executorParams are not SCALE bytes of executor params: ${error.message}`,
      {
        meta: { field: 'executorParams' },
      },
    );
  }
}

function paramOf(given: Given): ExecutorParam {
  if (typeof given === 'string') return { type: given };
  if ('MaxMemoryPages' in given) return { type: 'MaxMemoryPages', value: given.MaxMemoryPages };
  if ('StackLogicalMax' in given) return { type: 'StackLogicalMax', value: given.StackLogicalMax };
  if ('StackNativeMax' in given) return { type: 'StackNativeMax', value: given.StackNativeMax };
  if ('PrecheckingMaxMemory' in given)
    return { type: 'PrecheckingMaxMemory', value: u64(given.PrecheckingMaxMemory) };
  if ('PvfPrepTimeout' in given) {
    const [kind, value] = given.PvfPrepTimeout;
    return { type: 'PvfPrepTimeout', kind, value: u64(value) };
  }
  if ('PvfExecTimeout' in given) {
    const [kind, value] = given.PvfExecTimeout;
    return { type: 'PvfExecTimeout', kind, value: u64(value) };
  }
  return { type: 'EnabledHostFunction', value: given.EnabledHostFunction };
}

/** What is too large for 64 bits is refused by the library, which encodes it. */
function u64(value: number | string): bigint {
  return BigInt(value);
}
