import type { JobReport } from '../../src/index.ts';
import type { Mode } from './modes.ts';

/** What a hostile worker is to do; as JSON on its command line. */
export interface Order {
  readonly mode: Mode;
  /** `waiting`: a template is started, and a job of it waits for a request that never comes. */
  readonly list: 'attempts' | 'conducts' | 'sleepers' | 'waiting' | 'fuzz';
  /** For `fuzz`: each job runs a program of random calls; those of the seed and the numbers after it. */
  readonly fuzz?: { readonly seed: number; readonly programs: number };
  /** The worker dir. */
  readonly directory: string;
  readonly outside: string;
}

/** What became of one job. */
export interface Line {
  readonly name: string;
  readonly report: Omit<JobReport, 'output'> & { readonly output: string };
  /** How an honest job ended right after it, and what it wrote; after conducts and random programs only. */
  readonly next?: { readonly end: JobReport['end']; readonly output: string };
}
