import type { Logger } from 'pino';
import type { ConnectOptions } from '../connection/index.ts';
import type { ClusterLimits } from '../store/index.ts';
import type { Executor } from './executor.ts';

export interface AgentOptions extends ConnectOptions {
  /**
   * Names this machine: of each candidate it gives one answer at most. It must be another one on each machine, and stay
   * when the agent is started again.
   */
  readonly id: string;
  /** What does the work. It stays the caller's, who closes it after the agent. */
  readonly executor: Executor;
  /** What executes PVFs, for whoever compares machines: the workers' Node and version. */
  readonly engine: string;
  /**
   * Version of the workers. If it is not that of this package, the agent gets nothing of runs of this package, and they tell whoever
   * waits for agents. Default: the same.
   */
  readonly workers?: string;
  /** Jobs at once: as many as the host has execute workers. */
  readonly slots: number;
  /** Where PVFs are kept from one start to the next. Default: in memory alone. */
  readonly codeDirectory?: string;
  /** Bytes of PVFs in memory. Default 512 MiB. */
  readonly codeMemory?: number;
  /** Largest PoV that is taken, bytes; jobs with larger ones are handed back, for other agents. Default {@link DEFAULT_MAX_POV_BYTES}. */
  readonly maxPovBytes?: number;
  /** How long another agent with this id may take to be forgotten, milliseconds. Default 25 s. */
  readonly idPatienceMs?: number;
  readonly limits?: Partial<ClusterLimits>;
  readonly logger?: Logger;
}
