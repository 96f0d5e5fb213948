/** Candidates that were not accepted, as files for people to look into. Off unless an option says where. */
export { FailedCandidates } from './keeper.ts';
