/** Numbers for people, the same on every machine whatever its language. What is unknown is told as `–`. */

const UNKNOWN = '–';

export function count(value: number | undefined): string {
  return value === undefined ? UNKNOWN : value.toLocaleString('en-US');
}

/** `1 job`, `2 jobs`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `512 bytes`, `9.8 KiB`, `12.3 MiB`, `1.5 GiB`. */
export function size(bytes: number | undefined): string {
  if (bytes === undefined) return UNKNOWN;
  if (bytes < 1_024) return plural(bytes, 'byte');
  if (bytes < 2 ** 20) return `${(bytes / 1_024).toFixed(1)} KiB`;
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

/** `15.8 ms` below a second, `3.71 s` below two minutes, `4 min 10 s`, `3 h 5 min` above. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return UNKNOWN;
  if (ms < 1_000) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** `31 %`; below one, `0.4 %`. */
export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return UNKNOWN;
  const value = share * 100;
  // nearly all is not all, and hardly any not none
  if (value > 99 && value < 100) return `${(Math.floor(value * 10) / 10).toFixed(1)} %`;
  return `${value >= 1 || value === 0 ? Math.round(value) : value.toFixed(1)} %`;
}

/** A limit of a histogram's bucket: `2.5 ms`, `0.5 s`, `12 s`, `6 min`. */
export function bound(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'more';
  if (seconds < 0.1) return `${Number((seconds * 1_000).toFixed(2))} ms`;
  return seconds < 120 ? `${seconds} s` : `${seconds / 60} min`;
}

/** Time of day, `14:03:09`, in the reader's zone. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** `14:03`. */
export function minute(at: number): string {
  return clock(at).slice(0, 5);
}

/** `0x1234abcd…9f00`: enough to compare by eye. */
export function shortHash(hash: string): string {
  if (hash === '') return UNKNOWN;
  const digits = hash.replace(/^0x/, '');
  return digits.length <= 14 ? `0x${digits}` : `0x${digits.slice(0, 8)}…${digits.slice(-4)}`;
}
