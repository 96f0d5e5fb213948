import { ClusterError } from './errors.ts';
import { VERSION } from './version.ts';

/** Streams and buckets; in an account of its own, nothing else is needed to keep two clusters apart. */
export const STREAMS = { jobs: 'PVF_JOBS', results: 'PVF_RESULTS', dead: 'PVF_DEAD' } as const;
export const BUCKETS = {
  code: 'PVF_CODE',
  povs: 'PVF_POVS',
  outputs: 'PVF_OUTPUTS',
  runs: 'PVF_RUNS',
  agents: 'PVF_AGENTS',
  attempts: 'PVF_ATTEMPTS',
} as const;

/** The stream behind a bucket of keys; how the client's own lay them out, as the next two. */
export function keysStream(bucket: string): string {
  return `KV_${bucket}`;
}

/** The stream behind a bucket of objects. */
export function objectsStream(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** The subject of a key, or of several by a wildcard. */
export function keySubject(bucket: string, key: string): string {
  return `$KV.${bucket}.${key}`;
}

/** The stream behind the bucket of attempts. */
export const ATTEMPTS_STREAM: string = keysStream(BUCKETS.attempts);

/**
 * Jobs are spread over that many consumers by the hash of their PVF, so that an agent can ask first for those that it
 * has loaded. More make idle agents ask more often.
 */
export const PARTITIONS = 8;

/** Results of so many candidates are removed at once when they have been fetched. */
const BLOCK = 1024;

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws ClusterError INVALID_OPTION */
export function checkName(option: 'name' | 'id', name: string): string {
  if (NAME.test(name)) return name;
  throw new ClusterError(
    'INVALID_OPTION',
    { option },
    `${option} ${JSON.stringify(name)} is no name: 1 to 64 of A-Z, a-z, 0-9, - and _`,
  );
}

/** @param codeHash hexadecimal */
export function partitionOf(codeHash: string): number {
  return Number.parseInt(codeHash.slice(0, 2), 16) % PARTITIONS;
}

/** A version as a token of a subject. */
export function versionToken(version: string = VERSION): string {
  return version.replace(/[^A-Za-z0-9]/g, '-');
}

/**
 * Agents of one version get work of runs of that version alone, whose workers are of the same: where packages were put together that
 * do not belong together, nobody's answers are mixed.
 * @param workers version of an agent's workers
 * @throws ClusterError INVALID_OPTION
 */
export function agentVersion(workers: string = VERSION): string {
  if (!/^[0-9A-Za-z.+-]{1,30}$/.test(workers))
    throw new ClusterError(
      'INVALID_OPTION',
      { option: 'workers' },
      `${JSON.stringify(workers)} is no version of workers: up to 30 letters, digits and .+-`,
    );
  return workers === VERSION ? VERSION : `${VERSION} with workers ${workers}`;
}

/** The consumer of a partition for agents of one version. */
export function consumerName(partition: number, version: string): string {
  return `agents-${versionToken(version)}-${partition}`;
}

export function consumerFilter(partition: number, version: string): string {
  return `pvf.jobs.${versionToken(version)}.${partition}.>`;
}

/** One candidate for one agent. */
export interface Place {
  readonly run: string;
  /** Place of the candidate in its run, from 0. */
  readonly index: number;
  /** Which of the answers to it, from 0. */
  readonly replica: number;
}

export function jobSubject({ run, index, replica }: Place, codeHash: string): string {
  return `pvf.jobs.${versionToken()}.${partitionOf(codeHash)}.${run}.${index}.${replica}`;
}

export function resultSubject({ run, index, replica }: Place): string {
  return `pvf.results.${run}.${blockOf(index)}.${index}.${replica}`;
}

export function deadSubject({ run, index, replica }: Place): string {
  return `pvf.dead.${run}.${index}.${replica}`;
}

/** Key of the attempts at a job. They are removed with its result, by the same blocks. */
export function attemptKey({ run, index, replica }: Place): string {
  return `${run}.${blockOf(index)}.${index}.${replica}`;
}

/** Name of a job in messages, and of its objects. */
export function placeKey({ run, index, replica }: Place): string {
  return `${run}.${index}.${replica}`;
}

export function blockOf(index: number): number {
  return Math.floor(index / BLOCK);
}

export const filters = {
  jobsOf: (run: string): string => `pvf.jobs.*.*.${run}.>`,
  resultsOf: (run: string): string => `pvf.results.${run}.>`,
  deadOf: (run: string): string => `pvf.dead.${run}.>`,
  attemptsOf: (run: string): string => keySubject(BUCKETS.attempts, `${run}.>`),
  attemptsOfBlock: (run: string, block: number): string => keySubject(BUCKETS.attempts, `${run}.${block}.>`),
  resultsOfBlock: (run: string, block: number): string => `pvf.results.${run}.${block}.>`,
};

/** Undefined for a subject that is no result's. */
export function placeOfResult(subject: string): Place | undefined {
  const [, run, block, index, replica] =
    /^pvf\.results\.([\w-]{1,64})\.(\d{1,12})\.(\d{1,15})\.(\d{1,2})$/.exec(subject) ?? [];
  if (run === undefined || blockOf(Number(index)) !== Number(block)) return undefined;
  return { run, index: Number(index), replica: Number(replica) };
}
