import type { ClusterRunOptions } from '../cluster/connect.ts';
import type { ValidateOptions } from '../validate-options.ts';

export interface ReplayOptions extends ValidateOptions, ClusterRunOptions {
  readonly jobs?: number;
  readonly output?: string;
  readonly csv?: string;
  readonly resume?: boolean;
  readonly comparePvf?: string;
  readonly comparePrepareWorker?: string;
  readonly compareExecuteWorker?: string;
}
