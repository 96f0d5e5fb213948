import type { SpawnFailure } from './messages.ts';

/** A job that was not begun when its worker died is begun elsewhere, but not for ever. */
const MAX_STARTS = 5;

/** How often a job was given to a worker. */
export interface Starts {
  starts: number;
  /** What the last worker that did not begin it has said. */
  obstacle?: string;
}

/** Why a job whose worker did not begin it is given to no other one; undefined if another one may try. */
export function startsUsedUp({ starts, obstacle }: Starts): SpawnFailure | undefined {
  if (starts < MAX_STARTS) return undefined;
  const ended = `${starts} workers ended before they took the request`;
  const message = obstacle === undefined ? ended : `${ended}; the last one: ${obstacle}`;
  return { type: 'not-started', message };
}
