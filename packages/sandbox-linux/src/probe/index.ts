/** Finding out what the machine can do, why it cannot do the rest, and what helps. */
export { probe } from './probe.ts';
export type { ProbedLayer, ProbeLayerName, ProbeReport } from './types.ts';
