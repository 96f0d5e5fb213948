/** Wire types that the host's API shows to its callers, from `@pvf/protocol`. */
export type {
  CandidateDescriptor,
  CandidateDescriptorVersion,
  CandidateReceipt,
  ClaimQueue,
  ClaimQueueEntry,
  ExecutorParam,
  ExecutorParams,
  PersistedValidationData,
  PrepareError,
  UmpCheckError,
  ValidationResult,
} from '@pvf/protocol';
