import { getResourceLimit, type Resource } from '@pvf/sandbox-linux';

const GIB = 1024 ** 3;
/** What the launchers and the binaries ask for; V8 is told of a little less, by --stack-size. */
const STACK_BYTES = 300 * 1024 * 1024;

interface Need {
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
const NEEDS: readonly Need[] = [
  { resource: 'STACK', atLeast: STACK_BYTES, unit: 'bytes', setBy: 'ulimit -H -s, LimitSTACK=' },
  // V8 reserves 10 GiB for each memory of a guest, and jobs are given 64 GiB above what their worker has.
  { resource: 'AS', atLeast: 128 * GIB, unit: 'bytes', setBy: 'ulimit -v, LimitAS=' },
  { resource: 'DATA', atLeast: 16 * GIB, unit: 'bytes', setBy: 'ulimit -d, LimitDATA=' },
  { resource: 'FSIZE', atLeast: 2 * GIB, unit: 'bytes', setBy: 'ulimit -f, LimitFSIZE=' },
  { resource: 'CPU', atLeast: Number.POSITIVE_INFINITY, unit: 'seconds', setBy: 'ulimit -t, LimitCPU=' },
  { resource: 'NOFILE', atLeast: 128, unit: 'descriptors', setBy: 'ulimit -n, LimitNOFILE=' },
];

/**
 * Refuses to go on under limits that would change what becomes of candidates.
 *
 * @throws Error with the resource, its limit and what is needed
 */
export function requireLimits(): void {
  for (const { resource, atLeast, unit, setBy } of NEEDS) {
    const { soft } = getResourceLimit(resource);
    if (soft >= atLeast) continue;
    const needed = atLeast === Number.POSITIVE_INFINITY ? 'none may be set' : `${atLeast} are needed`;
    throw new Error(`the limit of ${resource} is ${soft} ${unit}, but ${needed} (${setBy} of the service)`);
  }
}
