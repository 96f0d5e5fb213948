import * as protocol from '../../src/index.ts';

/** The codec of each type name of the vectors, for values of which a test knows nothing but the codec. */
export const CODECS = {
  WorkerHandshake: protocol.WorkerHandshake,
  Handshake: protocol.ExecuteHandshake,
  PrepareJobKind: protocol.PrepareJobKind,
  PvfPrepData: protocol.PvfPrepData,
  PrepareWorkerResult: protocol.PrepareWorkerResult,
  ExecuteRequest: protocol.ExecuteRequest,
  ValidationParams: protocol.ValidationInput,
  ValidationResult: protocol.ValidationResult,
  ExecuteWorkerResult: protocol.ExecuteWorkerResult,
  JobResult: protocol.JobResult,
} as unknown as Readonly<Record<string, protocol.Codec<unknown>>>;
