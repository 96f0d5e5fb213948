import type { JobReport } from '../../src/index.ts';
import type { Mode } from './modes.ts';

/** What a hostile worker is to do; as JSON on its command line. */
export interface Order {
  readonly mode: Mode;
  /** `waiting`: a template is started, and a job of it waits for a request that never comes. */
  readonly list: 'attempts' | 'conducts' | 'sleepers' | 'waiting';
  /** The worker dir. */
  readonly directory: string;
  readonly outside: string;
}

/** What became of one job. */
export interface Line {
  readonly name: string;
  readonly report: Omit<JobReport, 'output'> & { readonly output: string };
  /** How an honest job ended right after it, and what it wrote; after conducts only. */
  readonly next?: { readonly end: JobReport['end']; readonly output: string };
}
