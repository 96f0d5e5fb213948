import type { Logger } from 'pino';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { RecordedBy } from '../artifacts/identity.ts';
import type { Clock } from '../clock.ts';
import type { PvfCode } from '../code.ts';
import type { Executions } from '../execute/executions.ts';
import type { Metrics, SlownessWatch } from '../metrics/index.ts';
import type { Threads } from '../threads/index.ts';
import type { CodeInput } from '../types.ts';

/** What a request's steps need of the host. */
export type RequestParts = {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  slowness: SlownessWatch;
  threads: Threads;
  artifacts: Artifacts;
  executions: Executions;
  /** See `engineIdentity`. */
  engine: string;
  cacheDir: string;
  /** Before a doubtful execution is tried again, milliseconds. */
  retryPauseMs: number;
  recordedBy: RecordedBy;
  importCode: (code: CodeInput) => Promise<PvfCode>;
};
