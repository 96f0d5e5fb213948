/** What the service answers, by the schemas that its description is made of. */

export type { Cluster } from '../../../src/schemas/cluster.ts';
export type { Inspection, StoredCode } from '../../../src/schemas/code.ts';
export type { OutcomeRecord, RecentOutcomes } from '../../../src/schemas/outcome.ts';
export type { Problem } from '../../../src/schemas/problem.ts';
export type {
  Artifacts,
  Histogram as ToldHistogram,
  Layer,
  Statistics,
  Status,
} from '../../../src/schemas/status.ts';
