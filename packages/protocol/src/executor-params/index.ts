/**
 * What follows from a set of executor parameters: its identity ({@link paramsHash}), the part of it that an
 * artifact depends on ({@link paramsPrepHash}), the limits that it sets, and whether it makes sense.
 */
export {
  checkConsistency,
  type ExecutorParamError,
  type ExecutorParamName,
} from './consistency.ts';
export { codeHash, paramsHash, paramsPrepHash } from './hash.ts';
export {
  DEFAULT_MAX_MEMORY_PAGES,
  DEFAULT_STACK_LOGICAL_MAX,
  DEFAULT_STACK_NATIVE_MAX,
  type ExecutorSemantics,
  executorSemantics,
  HEAP_PAGES_ESTIMATE,
} from './semantics.ts';
export {
  DEFAULT_EXEC_TIMEOUT_MS,
  DEFAULT_PREP_TIMEOUT_MS,
  execTimeoutMs,
  precheckingMaxMemory,
  prepTimeoutMs,
} from './timeouts.ts';
