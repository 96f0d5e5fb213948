import type { PvfHost } from '@pvf/host';

/** What does an agent's work: a `PvfHost`, or in a simulation something that waits. */
export type Executor = Pick<PvfHost, 'importCode' | 'forgetFailures'> & {
  /** As `PvfHost.precheck`: settles with an outcome. */
  precheck(request: Parameters<PvfHost['precheck']>[0]): ReturnType<PvfHost['precheck']>;
  /** As `PvfHost.validate`: settles with an outcome. */
  validate(request: Parameters<PvfHost['validate']>[0]): ReturnType<PvfHost['validate']>;
};
