import type { Logger } from 'pino';
import type { Artifacts } from '../artifacts/index.ts';
import type { Clock } from '../clock.ts';
import type { Metrics, SlownessWatch } from '../metrics/index.ts';
import type { Threads } from '../threads/index.ts';
import type { Executions } from './executions.ts';

/** What a request's steps need of the host. */
export interface HostServices {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  slowness: SlownessWatch;
  threads: Threads;
  artifacts: Artifacts;
  executions: Executions;
  /** See `engineIdentity`. */
  engine: string;
  /** Before a doubtful execution is tried again, milliseconds. */
  retryPauseMs: number;
}
