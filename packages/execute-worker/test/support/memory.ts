import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

const PAGE_BYTES = 4096;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Bits of a pagemap entry (Documentation/admin-guide/mm/pagemap.rst): present, swapped. */
const EXISTS = 3n << 62n;

/** A run of bytes in a process's address space. */
type Run = readonly [from: number, to: number];

/**
 * How often each of `markers` stands in the memory of a process: all that it shares with others, and all pages of its
 * own that exist. Runs of pages are read in overlapping chunks; what lies in an overlap may count twice.
 */
export function occurrencesIn(pid: number, markers: readonly Uint8Array[]): number[] {
  const found = markers.map(() => 0);
  const longest = Math.max(...markers.map(({ length }) => length));
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  try {
    for (const [from, to] of runsOf(pid)) {
      for (let at = from; at < to; at += CHUNK_BYTES - longest) {
        const chunk = buffer.subarray(0, readQuietly(fd, buffer, at, Math.min(CHUNK_BYTES, to - at)));
        markers.forEach((marker, index) => {
          for (let hit = chunk.indexOf(marker); hit >= 0; hit = chunk.indexOf(marker, hit + 1))
            found[index]!++;
        });
      }
    }
  } finally {
    closeSync(fd);
  }
  return found;
}

function* runsOf(pid: number): Generator<Run> {
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1');
  const fd = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    for (const [, first, last, sharing] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r..([ps])/gm)) {
      const [from, to] = [Number.parseInt(first!, 16), Number.parseInt(last!, 16)];
      if (sharing === 's') yield [from, to];
      else if (Number.isSafeInteger(to)) yield* existingRuns(fd, from, to);
    }
  } finally {
    closeSync(fd);
  }
}

function* existingRuns(pagemap: number, from: number, to: number): Generator<Run> {
  const pages = (to - from) / PAGE_BYTES;
  const bytes = Buffer.alloc(pages * 8);
  const known = Math.floor(readQuietly(pagemap, bytes, (from / PAGE_BYTES) * 8, bytes.length) / 8);
  let start = -1;
  for (let page = 0; page <= known; page++) {
    const exists = page < known && (bytes.readBigUInt64LE(page * 8) & EXISTS) !== 0n;
    if (exists && start < 0) start = page;
    if (exists || start < 0) continue;
    yield [from + start * PAGE_BYTES, from + page * PAGE_BYTES];
    start = -1;
  }
}

/** Some regions (`[vvar]`, behind the end of a mapped file) cannot be read. */
function readQuietly(fd: number, buffer: Buffer, at: number, length: number): number {
  try {
    return readSync(fd, buffer, 0, length, at);
  } catch {
    return 0;
  }
}

/** Gives a process bytes more in a mapping of its own that it does not use. @throws Error when it has none of that size */
export function addMemory(pid: number, bytes: number): void {
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1');
  const spare = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw-p 0+ 00:00 0\s*$/gm)]
    .map(([, first, last]) => [Number.parseInt(first!, 16), Number.parseInt(last!, 16)] as const)
    // The largest is the least used.
    .sort(([from, to], [otherFrom, otherTo]) => otherTo - otherFrom - (to - from))[0];
  if (spare === undefined || spare[1] - spare[0] < 2 * bytes)
    throw new Error(`process ${pid} has no memory to spare`);
  const fd = openSync(`/proc/${pid}/mem`, 'r+');
  try {
    writeSync(fd, Buffer.alloc(bytes, 1), 0, bytes, spare[1] - bytes);
  } finally {
    closeSync(fd);
  }
}
