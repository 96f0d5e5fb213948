export { type ClusterLimits, DEFAULT_STORE_BYTES } from './limits.ts';
export { DeliverPolicy } from './nats.ts';
export { backoff, pause, publishOnce } from './publish.ts';
export { openStore, PRESENCE_MS, putObject, type Store, storeFull } from './store.ts';
export { ensureConsumers, LEASE_MS } from './streams.ts';
