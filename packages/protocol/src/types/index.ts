/**
 * The messages, in the order in which they travel:
 *
 * - host → any worker: {@link WorkerHandshake}; host → execute worker: then {@link ExecuteHandshake}
 * - host → prepare worker: {@link PvfPrepData}; job → worker: {@link PrepareJobResult}; worker → host:
 *   {@link PrepareWorkerResult}
 * - host → execute worker: {@link ExecuteRequest}; worker → PVF: {@link ValidationInput}; PVF → job:
 *   {@link ValidationResult}; job → worker: {@link JobResult}; worker → host: {@link ExecuteWorkerResult}
 *   (a large request may lie in memory instead: {@link RequestInMemory})
 *
 * Beside them stands what a candidate claims and the chain says of it: {@link CandidateReceipt},
 * {@link CandidateCommitments}, {@link ClaimQueue}. It never travels between host and workers.
 *
 * Wire indexes are written out at each enum and pinned by test/golden.test.ts.
 */
export * from './candidate.ts';
export * from './claim-queue.ts';
export * from './duration.ts';
export * from './execute.ts';
export * from './execute-error.ts';
export * from './execution-detail.ts';
export * from './executor-params.ts';
export * from './handshake.ts';
export * from './prepare.ts';
export * from './prepare-error.ts';
export * from './unread.ts';
export * from './validation-input.ts';
export * from './validation-result.ts';
