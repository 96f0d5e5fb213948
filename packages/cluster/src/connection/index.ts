export { Connection } from './cluster.ts';
export { connectionError, type FailureKind, failureOf } from './failures.ts';
export { type ConnectOptions, natsOptions, shownServers } from './options.ts';
export { checkServerVersion, LEAST_SERVER_VERSION } from './version.ts';
