import { readFileSync, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HostError } from '../errors.ts';

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
/** Where it is set, entries can be renamed and removed by their owners only. */
const STICKY = 0o1000;

/**
 * Refuses a directory for artifacts that other users of this machine could change, itself or by replacing it: they
 * would say what runs here. Root, and this user, are trusted.
 *
 * @param allowGroup the group is as trusted as this user: for volumes that are writable by a group of their own
 * @throws HostError CACHE_DIR
 */
export async function requireOwnDirectory(path: string, allowGroup: boolean): Promise<void> {
  const real = await realpath(path);
  const stats = await stat(real);
  const octal = (stats.mode & 0o7777).toString(8);
  if (stats.uid !== process.geteuid!() && stats.uid !== 0)
    throw refused(
      path,
      'EPERM',
      `belongs to user ${stats.uid}, not to user ${process.geteuid!()} who runs this program`,
      `chown it to ${process.geteuid!()}, or pass another one as cacheDir`,
    );
  if ((stats.mode & OTHERS_WRITE) !== 0)
    throw refused(
      path,
      'EPERM',
      `can be written by every user of this machine (mode ${octal})`,
      'chmod go-w it once it holds nothing of theirs, or pass another one as cacheDir',
    );
  if ((stats.mode & GROUP_WRITES) !== 0 && !allowGroup)
    throw refused(
      path,
      'EPERM',
      `can be written by group ${stats.gid} (mode ${octal})`,
      'chmod g-w it, or, where the group is trusted (fsGroup in Kubernetes), start with allowGroupWritableCacheDir',
    );
  await requireOwnParents(path, dirname(real), allowGroup);
}

/** Whoever can rename a directory above can put another one in its place. @throws HostError CACHE_DIR */
export async function requireOwnParents(path: string, first: string, allowGroup: boolean): Promise<void> {
  for (let above = first; ; above = dirname(above)) {
    const stats = await stat(above);
    const who = whoMayReplace(stats, allowGroup);
    if (who !== undefined)
      throw refused(
        path,
        'EPERM',
        `lies in ${above}, where ${who} could put another one in its place`,
        'pass a cacheDir below directories of this user or of root that no others can write to',
      );
    if (above === dirname(above)) return;
  }
}

function whoMayReplace({ uid, gid, mode }: Stats, allowGroup: boolean): string | undefined {
  if (uid !== process.geteuid!() && uid !== 0 && !isOutsideNamespace(uid)) return `user ${uid}`;
  if ((mode & STICKY) !== 0) return undefined;
  if ((mode & OTHERS_WRITE) !== 0) return 'every user of this machine';
  if ((mode & GROUP_WRITES) === 0 || allowGroup || gid === 0 || gid === process.getegid!()) return undefined;
  return `group ${gid}`;
}

/** What an owner is shown as whom this user namespace (a container's) does not know: root of the machine, as a rule. */
function isOutsideNamespace(uid: number): boolean {
  try {
    const overflow = Number(readFileSync('/proc/sys/kernel/overflowuid', 'latin1'));
    return uid === overflow && !isMapped(uid, readFileSync('/proc/self/uid_map', 'latin1'));
  } catch {
    return false;
  }
}

function isMapped(uid: number, map: string): boolean {
  return map
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([inside = 0, , length = 0]) => uid >= inside && uid < inside + length);
}

function refused(path: string, errno: string, why: string, remedy: string): HostError<'CACHE_DIR'> {
  return new HostError('CACHE_DIR', { path, errno }, `the directory ${path} ${why}; ${remedy}`);
}
