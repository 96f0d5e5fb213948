export { candidateOf, pvfOf } from './candidate.ts';
export { clusterOf } from './cluster.ts';
export { executorParamsOf } from './executor-params.ts';
export { bareHash, bytesOf, hexOf } from './hex.ts';
export { outcomeJson, plain, recordedOutcome } from './outcome.ts';
