/** `1,234,567 bytes` */
export function bytes(count: number): string {
  return `${count.toLocaleString('en-US')} bytes`;
}

/** `12.3 MiB` or, below one, `9.8 KiB`: for sizes where the last byte does not matter. */
export function mebibytes(count: number): string {
  return count >= 2 ** 20 ? `${(count / 2 ** 20).toFixed(1)} MiB` : `${(count / 1024).toFixed(1)} KiB`;
}

/** `15.8 ms` below a second, `3.71 s` above. */
export function milliseconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export function nanosecondsToMs(ns: bigint): number {
  return Number(ns) / 1e6;
}

/** `31 %`; below one, `0.4 %`. */
export function percent({ used, limit }: { readonly used: number; readonly limit: number }): string {
  if (limit === 0) return '-';
  const share = (100 * used) / limit;
  return `${share >= 1 || share === 0 ? Math.round(share) : share.toFixed(1)} %`;
}
