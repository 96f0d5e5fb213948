export type { ReadCluster } from './cluster.ts';
export { type Inspect, Inspections } from './inspections.ts';
export { DEFAULT_LIMITS, LARGEST_INPUT_BYTES, type ServiceLimits } from './limits.ts';
export { Service, type ServiceOptions } from './service.ts';
