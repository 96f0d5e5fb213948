/** Fit to the limits of 60 s (precheck) and 360 s (execution's preparation). The reference's. */
export const PREPARATION_SECONDS = [0.1, 0.5, 1, 2, 3, 10, 20, 30, 60, 120, 240, 360, 480];

/**
 * Fit to the limits of 2 s (backing) and 12 s (approval, dispute): the reference's, which operators found too coarse
 * around the limits (paritytech/polkadot#6346), with steps added below 10 ms and around 2 s and 12 s.
 */
export const EXECUTION_SECONDS = [
  0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 10, 11, 12, 16, 24,
  48,
];

/** The reference's. */
export const QUEUE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 12, 24, 48];

/** Ten buckets, each twice the one before: 8 MiB … 4 GiB. The reference's. */
export const FIRST_MEMORY_KIB = 8_192;

/** Ten buckets, each twice the one before: 16 KiB … 8 MiB. The reference's. */
export const FIRST_SIZE_BYTES = 16_384;
