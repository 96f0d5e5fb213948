/** Prometheus metrics, with the reference's names where it has them, and the watch over the machine's speed. */
export { type CacheEvent, Metrics, type WorkerEvent } from './metrics.ts';
export { SlownessWatch } from './slowness.ts';
