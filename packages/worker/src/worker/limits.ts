import { getResourceLimit, type Resource } from '@pvf/linux';

const GIB = 1024 ** 3;
/** What the launchers and the binaries ask for; V8 is told of a little less, by --stack-size. */
const STACK_BYTES = 300 * 1024 * 1024;

export interface Need {
  readonly resource: Resource;
  readonly atLeast: number;
  readonly unit: 'bytes' | 'seconds' | 'descriptors';
  /** How it is set in a shell, and for a service. */
  readonly setBy: string;
}

/**
 * Less of any of these, and a job would end differently here than elsewhere: a recursion in a crash, an allocation in a
 * refusal, a job before it has begun. The host would count that against the candidate.
 */
export const NEEDS: readonly Need[] = [
  { resource: 'STACK', atLeast: STACK_BYTES, unit: 'bytes', setBy: 'ulimit -H -s, LimitSTACK=' },
  // V8 reserves 10 GiB for each memory of a guest, and jobs are given 64 GiB above what their worker has.
  { resource: 'AS', atLeast: 128 * GIB, unit: 'bytes', setBy: 'ulimit -v, LimitAS=' },
  { resource: 'DATA', atLeast: 16 * GIB, unit: 'bytes', setBy: 'ulimit -d, LimitDATA=' },
  { resource: 'FSIZE', atLeast: 2 * GIB, unit: 'bytes', setBy: 'ulimit -f, LimitFSIZE=' },
  { resource: 'CPU', atLeast: Number.POSITIVE_INFINITY, unit: 'seconds', setBy: 'ulimit -t, LimitCPU=' },
  { resource: 'NOFILE', atLeast: 128, unit: 'descriptors', setBy: 'ulimit -n, LimitNOFILE=' },
];

/** Each limit of this process that would change what becomes of candidates, with what is needed; empty if none does. */
export function tooLowLimits(): readonly string[] {
  return NEEDS.flatMap(({ resource, atLeast, unit, setBy }) => {
    const { soft } = getResourceLimit(resource);
    if (soft >= atLeast) return [];
    const needed = atLeast === Number.POSITIVE_INFINITY ? 'none may be set' : `${atLeast} are needed`;
    return [`the limit of ${resource} is ${soft} ${unit}, but ${needed} (${setBy} of the service)`];
  });
}

/**
 * Refuses to go on under limits that would change what becomes of candidates.
 *
 * @throws Error with the resources, their limits and what is needed
 */
export function requireLimits(): void {
  const tooLow = tooLowLimits();
  if (tooLow.length > 0) throw new Error(tooLow.join('; '));
}
