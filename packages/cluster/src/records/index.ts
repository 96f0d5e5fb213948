export { digestOf, type JobHead, type JobRecord, packJob, parseJob, placeOf } from './job.ts';
export { checker, parseJson } from './message.ts';
export {
  type Attempt,
  Attempt as AttemptSchema,
  MAX_REPLICAS,
  type Machine,
  sha256,
} from './parts.ts';
export {
  type PrecheckInput,
  precheckRecord,
  readPrecheck,
  readValidate,
  type ValidateInput,
  validateRecord,
} from './request.ts';
export { type Answer, packResult, parseResult, type Result } from './result.ts';
export { type AgentRecord, parseAgent, parseRun, type RunRecord } from './run.ts';
