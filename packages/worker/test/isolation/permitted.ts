import { FILTERED_MODES, type Mode } from './modes.ts';
import type { Fate } from './verdicts.ts';

/** What the filter lets pass in some modes, why, and what comes of it. */
interface Permission {
  readonly names: readonly string[];
  readonly modes: readonly Mode[];
  readonly fates: readonly Fate[];
  readonly why: string;
  /** What stops it instead. */
  readonly by?: string;
}

const alone = FILTERED_MODES.filter(({ maker }) => maker === 'parts');
const unlocked = FILTERED_MODES.filter(({ maker }) => maker === 'unlocked-job');
const templates = FILTERED_MODES.filter(({ maker }) => maker === 'template');

export const PERMITTED: readonly Permission[] = [
  {
    names: ['write to standard error'],
    modes: FILTERED_MODES.filter((mode) => !alone.includes(mode)),
    fates: ['refused'],
    why: 'writing is allowed, and there is no descriptor to write to but the pipe',
    by: 'no descriptor',
  },
  {
    names: ['write to the request'],
    modes: FILTERED_MODES,
    fates: ['refused'],
    why: 'changing the protection of memory is allowed, and the request is a file that was opened for reading only',
    by: 'read-only memory',
  },
  {
    names: ['move code to where it can be written'],
    modes: FILTERED_MODES,
    fates: ['refused'],
    why: 'moving memory is allowed, and code stays what it is wherever it lies',
    by: 'memory that is not writable',
  },
  {
    names: ['write to standard error'],
    modes: alone,
    fates: ['done'],
    why: 'the filter alone leaves descriptors open',
  },
  {
    names: [
      'map writable and executable memory',
      'map executable memory',
      'map memory that is executable only',
      'make data executable',
      'make data executable with a key',
      'make code writable',
      'take code, change it, and run it',
    ],
    modes: unlocked,
    fates: ['done'],
    why: 'machine code is made before the lock',
  },
  {
    names: ['clone a sibling'],
    modes: templates.filter(({ namespaces }) => !namespaces),
    fates: ['refused'],
    why: 'how a template makes a job: it waits until the worker answers, once per order, and fails without a worker',
  },
  {
    names: ['raise the limit of processes', 'raise the limit of CPU time'],
    modes: templates,
    fates: ['done', 'refused'],
    why: "a template sets its jobs' limits; hard limits stay",
  },
  {
    names: ['take capabilities back', 'raise an ambient capability'],
    modes: templates,
    fates: ['refused'],
    why: 'a template takes capabilities from its jobs; none can be gained',
  },
];
