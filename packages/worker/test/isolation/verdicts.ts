import type { Attempt } from './attempt.ts';
import { ATTEMPTS } from './attempts/index.ts';
import type { Outcome } from './take-over.ts';

const SIGSYS = 31;

/** What became of an attempt. */
export type Fate =
  /** The filter ended the job. */
  | 'killed'
  /** The kernel refused. */
  | 'refused'
  /** The kernel did it. */
  | 'done'
  /** The job ended in another way. */
  | 'ended';

export const attemptOf = (name: string): Attempt => ATTEMPTS.find((attempt) => attempt.name === name)!;

export function fateOf({ name, report, value }: Outcome): Fate {
  const { end } = report;
  if (end.type === 'signaled' && end.signal === SIGSYS) return 'killed';
  if (value !== undefined) {
    return value >= 0 || attemptOf(name).reached?.includes(-value) === true ? 'done' : 'refused';
  }
  // An executed program does not answer.
  return end.type === 'exited' && end.status === 0 ? 'done' : 'ended';
}
