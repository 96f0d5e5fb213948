/**
 * One request from its arguments to its outcome: checked (`check.ts`), then run (`runPrecheck`, `Validation`) within
 * a `RequestScope`, which holds all ways in which it may end early.
 */
export {
  type CheckedPvf,
  checkCandidate,
  checkCode,
  checkControl,
  checkHash,
  checkHexHash,
  checkPruning,
  checkPvf,
} from './check.ts';
export { type ExecutionResult, Executions } from './executions.ts';
export type { HostServices } from './host-services.ts';
export { importCode } from './import-code.ts';
export { runPrecheck } from './precheck.ts';
export { artifactRequest } from './prepare.ts';
export { RequestScope, Stopped } from './scope.ts';
export { Validation } from './validate.ts';
