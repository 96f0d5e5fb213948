/**
 * Parameters of all properties: one seed, so that a suite is the same at each run. Another one for a wider search:
 * `PVF_PROPERTY_SEED=7 pnpm exec vitest run property`. A failure names its seed and the shortest sequence that fails.
 *
 * What is generated is only as long as `maxLength` says with `size: 'max'`; without, fast-check stops at ten.
 */
export const PROPERTY = {
  seed: Number(process.env.PVF_PROPERTY_SEED ?? 20_261),
  /** Time for a failure to be shortened and told before the test's own limit, milliseconds. */
  interruptAfterTimeLimit: 40_000,
} as const;
