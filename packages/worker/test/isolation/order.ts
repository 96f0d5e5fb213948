import type { JobReport } from '../../src/index.ts';
import type { Mode } from './modes.ts';

/** What a hostile worker is to do; as JSON on its command line. */
export interface Order {
  readonly mode: Mode;
  readonly list: 'attempts' | 'conducts' | 'sleepers';
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
