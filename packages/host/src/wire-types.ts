/** Wire types that the host's API shows to its callers, from `@pvf/protocol`. */
export type {
  CandidateDescriptorVersion,
  ExecutorParam,
  ExecutorParams,
  PersistedValidationData,
  PrepareError,
  ValidationResult,
} from '@pvf/protocol';
