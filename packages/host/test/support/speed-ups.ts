// Before each test file: where the suites are to pass without any speed-up (docs/testing.md), hosts have none, but where a
// test says which.
import { speedUpsAreOff } from '@pvf/test-kit';
import { PvfHost, SPEED_UPS } from '../../src/index.ts';

if (speedUpsAreOff()) {
  const start = PvfHost.start;
  PvfHost.start = (options = {}) => start.call(PvfHost, { without: SPEED_UPS, ...options });
}
