import type { Logger } from 'pino';
import type { HostCgroup } from '../cgroup/index.ts';
import type { Clock } from '../clock.ts';
import type { WorkerKind } from '../errors.ts';

/** How one kind of worker is started. */
export interface SpawnSettings {
  kind: WorkerKind;
  program: string;
  /** Undefined: the worker does not check it. */
  nodeVersion: string | undefined;
  /** Where worker dirs are made. */
  runDir: string;
  /** Private directory for sockets, short enough for `sun_path`. */
  socketDir: string;
  timeoutMs: number;
  niceness: number | undefined;
  /** Value of the only environment variable; undefined for none. */
  log: string | undefined;
  /** More arguments, of which this program is known to know. */
  arguments?: readonly string[];
  /** For programs that know `--cgroup`: where each worker gets a control group. */
  cgroup?: HostCgroup | undefined;
  /** The worker is asked to offer memory for requests, which is looked for. */
  sharesMemory?: boolean;
  clock: Clock;
  logger: Logger;
}
