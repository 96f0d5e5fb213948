export { type ClusterLimits, DEFAULT_STORE_BYTES } from './limits.ts';
export { DeliverPolicy } from './nats.ts';
export { getObject, removeObject, removeObjects, storeFull } from './objects.ts';
export { backoff, type PublishOptions, pause, publishOnce, untilWritten } from './publish.ts';
export { type Pulled, positionOf, pull } from './pull.ts';
export { putObject } from './put-object.ts';
export { openStore, PRESENCE_MS, type Store } from './store.ts';
export { ackNone, ensureConsumers, LEASE_MS } from './streams.ts';
export { within } from './within.ts';
