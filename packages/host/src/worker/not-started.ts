/** Why a job that was given to several workers was begun by none. */
export function notStarted({ starts, obstacle }: { starts: number; obstacle?: string }): string {
  const ended = `${starts} workers ended before they took the request`;
  return obstacle === undefined ? ended : `${ended}; the last one: ${obstacle}`;
}
