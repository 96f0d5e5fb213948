import { readFileSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { HostError } from '../errors.ts';
import { removeDir } from '../worker/index.ts';
import { requireOwnDirectory, requireOwnParents } from './cache-dir.ts';
import { sweep } from './sweep.ts';

/** `sun_path` of a Unix socket address has 108 bytes, the last one 0 (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;
/** Length of a socket's name with the slash before it; see `spawnWorker`. */
const SOCKET_NAME_BYTES = 13;

const RUN_PREFIX = 'run-';
const PRIVATE_CACHE_PREFIX = 'pvf-host-';

/** A run of another container that shares the cache cannot be looked up by process id; it is given this long. */
const FOREIGN_RUN_AGE_MS = 7 * 24 * 60 * 60 * 1_000;

/** The host's directories. */
export interface Workspace {
  cacheDir: string;
  /** Of this run alone: worker dirs. Inside the cache directory, so that artifacts can be linked and renamed. */
  runDir: string;
  /** Only this user may enter it. */
  socketDir: string;
  remove(): Promise<void>;
}

/**
 * Makes the host's directories and removes what hosts that are gone have left in the same place.
 * @param given the caller's cache directory; without one a private directory is made, and removed at the end
 * @param allowGroup the group of a cache directory is as trusted as this user
 * @throws HostError CACHE_DIR
 */
export async function openWorkspace(given: string | undefined, allowGroup = false): Promise<Workspace> {
  const wanted = given === undefined ? tmpdir() : resolve(given);
  const made: string[] = [];
  try {
    if (given === undefined) {
      await requireOwnParents(wanted, await realpath(wanted), allowGroup);
      sweepRuns(wanted, PRIVATE_CACHE_PREFIX);
    } else {
      await makeDirectories(wanted);
      await requireOwnDirectory(wanted, allowGroup);
    }
    const cacheDir =
      given === undefined ? await mkdtemp(join(wanted, `${PRIVATE_CACHE_PREFIX}${ownTag()}-`)) : wanted;
    if (given === undefined) made.push(cacheDir);
    sweepRuns(cacheDir, RUN_PREFIX);
    const runDir = await mkdtemp(join(cacheDir, `${RUN_PREFIX}${ownTag()}-`));
    if (given !== undefined) made.push(runDir);
    const socketDir = await makeSocketDir(runDir, made);
    const unregister = removeAtExit(made);
    return {
      cacheDir,
      runDir,
      socketDir,
      remove: async () => {
        await Promise.all(made.map(removeDir));
        unregister();
      },
    };
  } catch (error) {
    await Promise.all(made.map(removeDir));
    if (error instanceof HostError) throw error;
    const errno = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new HostError(
      'CACHE_DIR',
      { path: wanted, errno },
      `the directory ${wanted} cannot be used for artifacts (${(error as Error).message}); ` +
        'pass one as cacheDir that this user may write to, on a local file system',
      { cause: error },
    );
  }
}

/**
 * Makes a directory and the ones above it. Node's own recursive mkdir never returns where a directory exists and
 * still nothing can be made in it, such as /proc (it takes the ENOENT for a missing parent, again and again).
 */
async function makeDirectories(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 }).catch(ignoreExisting);
  try {
    await make();
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    await makeDirectories(parent);
    await make();
  }
  await readdir(path);
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function makeSocketDir(runDir: string, made: string[]): Promise<string> {
  const inside = join(runDir, 's');
  if (Buffer.byteLength(inside) + SOCKET_NAME_BYTES <= MAX_SOCKET_PATH_BYTES) {
    await mkdir(inside, { mode: 0o700 });
    return inside;
  }
  const outside = await mkdtemp(join(tmpdir(), 'pvf-s-'));
  made.push(outside);
  if (Buffer.byteLength(outside) + SOCKET_NAME_BYTES <= MAX_SOCKET_PATH_BYTES) return outside;
  throw new HostError(
    'CACHE_DIR',
    { path: outside, errno: 'ENAMETOOLONG' },
    `neither the cache directory nor ${tmpdir()} has a path short enough for Unix sockets; set TMPDIR to a shorter one`,
  );
}

/** Removes what belongs to runs of this user that are over. Never throws: leftovers harm nobody. */
function sweepRuns(dir: string, prefix: string): void {
  sweep(dir, (name, stats) => name.startsWith(prefix) && isOver(name.slice(prefix.length), stats));
}

/** Whether the process that a tag names has gone. */
export function isOver(tag: string, { mtimeMs }: Pick<Stats, 'mtimeMs'>): boolean {
  const [namespace, pid, startTime] = tag.split('-');
  if (namespace === pidNamespace()) return startTimeOf(pid ?? '') !== startTime;
  return Date.now() - mtimeMs > FOREIGN_RUN_AGE_MS;
}

/** Names this process among all that ever were on this machine: PID namespace, PID, start time. */
export function ownTag(): string {
  return `${pidNamespace()}-${process.pid}-${startTimeOf('self')}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '0';
  }
}

/** Field 22 of proc_pid_stat(5), in clock ticks since boot; `gone` if there is no such process. */
function startTimeOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone';
  } catch {
    return 'gone';
  }
}

const atExit = new Set<string>();
let listening = false;

/** For programs that end without `close()`: the workers end when their connection does, the directories go here. */
function removeAtExit(paths: string[]): () => void {
  for (const path of paths) atExit.add(path);
  if (!listening) {
    listening = true;
    process.once('exit', () => {
      for (const path of atExit) removeNow(path);
    });
  }
  return () => {
    for (const path of paths) atExit.delete(path);
  };
}

/** Workers that were killed a moment ago may still be writing. What stays is swept by the next host. */
function removeNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {}
}
