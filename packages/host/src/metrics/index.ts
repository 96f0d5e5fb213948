/** Prometheus metrics, with the reference's names where it has them, and the watch over the machine's speed. */
export { Metrics } from './metrics.ts';
export { SlownessWatch } from './slowness.ts';
