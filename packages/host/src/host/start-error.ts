import { HostError } from '../errors.ts';

/** What a start that failed halfway throws: a file that could not be made is told with the directory that it is for. */
export function startError(error: unknown, cacheDir: string): unknown {
  if (error instanceof HostError || !(error instanceof Error)) return error;
  const { code: errno, path } = error as NodeJS.ErrnoException;
  if (errno === undefined || path === undefined || !path.startsWith(cacheDir)) return error;
  return new HostError(
    'CACHE_DIR',
    { path: cacheDir, errno },
    `the directory ${cacheDir} cannot be used for artifacts (${error.message}); free its disk, or pass another as cacheDir`,
    { cause: error },
  );
}
