import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
/** Deeper than anything of ours. */
const MAX_DEPTH = 16;

/**
 * Removes directories of this user, with all that is in them. Nothing is looked up by a path that others could change:
 * every directory is opened without following a link, compared with its owner, and emptied through its descriptor.
 * What belongs to somebody else stays where it is, and so does everything where there is no /proc.
 *
 * @param dir where to look; may be one that everybody can write to
 * @param isOver whether the directory with this name is nobody's any more
 */
export function sweep(dir: string, isOver: (name: string, stats: Stats) => boolean): void {
  const parent = tryOpen(dir);
  if (parent === undefined) return;
  try {
    for (const name of namesIn(parent)) sweepOne(parent, name, isOver);
  } catch {
    // Leftovers harm nobody.
  } finally {
    closeSync(parent);
  }
}

function sweepOne(parent: number, name: string, isOver: (name: string, stats: Stats) => boolean): void {
  try {
    inOwnDirectory(parent, name, (fd, stats) => {
      if (!isOver(name, stats)) return false;
      empty(fd, stats, 0);
      return true;
    });
  } catch {
    // The next start tries again.
  }
}

/** Opens a directory of this user, and removes it if `body` says so. */
function inOwnDirectory(parent: number, name: string, body: (fd: number, stats: Stats) => boolean): void {
  const fd = tryOpen(entry(parent, name));
  if (fd === undefined) return;
  try {
    const stats = fstatSync(fd);
    if (stats.uid !== process.geteuid!() || !body(fd, stats)) return;
  } finally {
    closeSync(fd);
  }
  // Removes an empty directory, whoever's it is by now, and nothing else.
  rmdirSync(entry(parent, name));
}

function empty(directory: number, { dev }: Stats, depth: number): void {
  if (depth > MAX_DEPTH) throw new Error('too deep');
  for (const name of namesIn(directory)) {
    try {
      // Removes a link, never what it leads to; fails on a directory.
      unlinkSync(entry(directory, name));
      continue;
    } catch {
      // A directory, or nothing of ours.
    }
    inOwnDirectory(directory, name, (fd, stats) => {
      if (stats.dev !== dev) return false;
      empty(fd, stats, depth + 1);
      return true;
    });
  }
}

/** The entry of an open directory, wherever that has been moved. */
function entry(directory: number, name: string): string {
  return join(`/proc/self/fd/${directory}`, name);
}

function namesIn(directory: number): string[] {
  // Without /proc the path would be another one: then nothing is read.
  readlinkSync(`/proc/self/fd/${directory}`);
  return readdirSync(`/proc/self/fd/${directory}/`);
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch {
    return undefined;
  }
}
