export { ByteBudget, type Lease } from './byte-budget.ts';
export { Codes } from './codes.ts';
export { type Continuation, EventLog, type LoggedEvent } from './event-log.ts';
export { Minutes } from './minutes.ts';
