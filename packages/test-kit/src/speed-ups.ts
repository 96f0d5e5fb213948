/**
 * Whether the suites are to pass without any speed-up: `PVF_TEST_SPEEDUPS=off` in the environment. Tests of a speed-up itself
 * have it all the same.
 *
 * @throws Error when the variable says something else: a run that believes to be without them must be
 */
export function speedUpsAreOff(said: string | undefined = process.env.PVF_TEST_SPEEDUPS): boolean {
  if (said !== undefined && said !== 'on' && said !== 'off')
    throw new Error(`PVF_TEST_SPEEDUPS is 'on' or 'off', not '${said}'`);
  return said === 'off';
}
