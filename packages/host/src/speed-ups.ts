import { WORKER_SPEED_UPS } from '@pvf/protocol';

/**
 * What makes a host and its workers faster and changes no answer, each of which `HostOptions.without` turns off. Those of
 * workers are described at `WORKER_SPEED_UPS` of `@pvf/protocol`; of the host's own:
 *
 * - `templates`: execute workers keep PVFs loaded (as `templateMemory: 0` turns off)
 * - `affinity`: a candidate goes to a worker that has its PVF loaded
 * - `shared-memory`: large block data in a `SharedArrayBuffer` go to execute workers through memory
 * - `artifacts-once`: a worker is given an artifact's file once and asks for it when it has it no more (not without
 *   `known-artifacts` either)
 * - `early-workers`: the programs that tell about themselves at the start go on as the first workers
 */
export const SPEED_UPS = [
  'templates',
  'affinity',
  'shared-memory',
  'artifacts-once',
  'early-workers',
  ...WORKER_SPEED_UPS,
] as const;

/** See {@link SPEED_UPS}. */
export type SpeedUp = (typeof SPEED_UPS)[number];
