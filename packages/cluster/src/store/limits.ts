import { ClusterError } from '../errors.ts';

/** How much the cluster keeps. Set when its streams and buckets are first made; later calls find them as they are. */
export interface ClusterLimits {
  /** Copies of everything. Default 3 on a cluster of servers, 1 on a single one. */
  readonly replicas: number;
  /** For everything together, on each server that has a copy: the servers reserve it. Bytes; default 8 GiB. */
  readonly storeBytes: number;
}

const LEAST_BYTES = 64 * 1024 ** 2;
/** What {@link ClusterLimits.storeBytes} is when nobody says, in bytes. */
export const DEFAULT_STORE_BYTES: number = 8 * 1024 ** 3;

/** Which part of it each store may fill. */
const SHARES = {
  /** Jobs that wait or run, with PoVs that go along with them. */
  jobs: 0.15,
  /** Results that nobody has fetched. */
  results: 0.25,
  code: 0.1,
  /** PoVs that are too large to go along with a job. */
  povs: 0.3,
  /** What PVFs returned, where it is too large to go along with a result. */
  outputs: 0.1,
  dead: 0.04,
  attempts: 0.05,
  runs: 0.01,
} as const;

export interface StoreSizes {
  readonly replicas: number;
  readonly bytes: Readonly<Record<keyof typeof SHARES, number>>;
}

/** @throws ClusterError INVALID_OPTION */
export function sizesOf(given: Partial<ClusterLimits>, isClustered: boolean): StoreSizes {
  const { replicas = isClustered ? 3 : 1, storeBytes = DEFAULT_STORE_BYTES } = given;
  if (![1, 3, 5].includes(replicas)) throw invalid('replicas', `${replicas} copies: it must be 1, 3 or 5`);
  if (!(Number.isSafeInteger(storeBytes) && storeBytes >= LEAST_BYTES))
    throw invalid(
      'storeBytes',
      `${storeBytes} bytes for the cluster's store: it must be ${LEAST_BYTES} at least`,
    );
  const bytes = Object.fromEntries(
    Object.entries(SHARES).map(([name, share]) => [name, Math.floor(share * storeBytes)]),
  ) as StoreSizes['bytes'];
  return { replicas, bytes };
}

function invalid(option: string, message: string): ClusterError<'INVALID_OPTION'> {
  return new ClusterError('INVALID_OPTION', { option }, message);
}
