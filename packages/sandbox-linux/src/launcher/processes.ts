import { readdirSync, statfsSync } from 'node:fs';
import { readSmallFile } from '@pvf/linux';

/** One process, from /proc. */
interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of itself and of the children it has reaped, in clock ticks. */
  readonly ticks: number;
}

/** What all processes of a sandbox use together. */
export interface SandboxUse {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

// USER_HZ is 100 on every architecture of this package (include/asm-generic/param.h)
const MS_PER_TICK = 10;
const KIB = 1024;
/** statfs(2) */
const TMPFS_MAGIC = 0x0102_1994;
/** Of an inode and its name in memory. */
const TMPFS_INODE_BYTES = 1024;

function statOf(directory: string, pid: number): ProcessStat | undefined {
  try {
    const text = readSmallFile(`${directory}/${pid}/stat`);
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    // proc(5): ppid is field 4, utime, stime, cutime, cstime are 14 to 17; the slice starts at field 3
    const ticks = (fields[11] ?? 0) + (fields[12] ?? 0) + (fields[13] ?? 0) + (fields[14] ?? 0);
    return { pid, parent: fields[1] ?? 0, ticks };
  } catch {
    return undefined;
  }
}

function processes(directory: string): ProcessStat[] {
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(directory, Number(name)) ?? []);
}

/**
 * The processes of a sandbox: all but its init in a process table of its own, otherwise the descendants of `init`.
 * @param init its pid in that table
 */
export function sandboxProcesses(directory: string, init: number, ownTable: boolean): ProcessStat[] {
  const all = processes(directory);
  if (ownTable) return all.filter(({ pid }) => pid !== init);
  const members = new Set([init]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of all) {
      if (members.has(parent) && !members.has(pid)) {
        members.add(pid);
        grown = true;
      }
    }
  }
  return all.filter(({ pid }) => pid !== init && members.has(pid));
}

interface ProcessMemory {
  /** Its own alone, also where it is swapped out. */
  readonly own: number;
  /** Shared, as far as this process has it mapped and touched. */
  readonly shared: number;
}

/** Code from files is not counted. */
function memoryOf(directory: string, pid: number): ProcessMemory {
  try {
    const status = readSmallFile(`${directory}/${pid}/status`);
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * KIB;
    return { own: field('RssAnon') + field('VmSwap') + field('VmPTE'), shared: field('RssShmem') };
  } catch {
    return { own: 0, shared: 0 };
  }
}

/** What System V segments of the own IPC namespace hold, attached or not (proc(5): rss and swap are the last columns). */
function systemVBytes(directory: string): number {
  try {
    const [, ...lines] = readSmallFile(`${directory}/sysvipc/shm`).trim().split('\n');
    return lines.reduce((total, line) => {
      const columns = line.trim().split(/\s+/).map(Number);
      return total + (columns.at(-2) ?? 0) + (columns.at(-1) ?? 0);
    }, 0);
  } catch {
    return 0;
  }
}

/** File systems of the sandbox's own, in memory. */
export interface OwnTmpfs {
  readonly paths: readonly string[];
  /** Of each, bytes: one of another size is somebody else's. */
  readonly size: number;
}

/** What files and directories in them hold. */
function tmpfsBytes({ paths, size }: OwnTmpfs): number {
  return paths.reduce((total, path) => {
    try {
      const { type, bsize, blocks, bfree, files, ffree } = statfsSync(path);
      if (type !== TMPFS_MAGIC || blocks !== Math.ceil(size / bsize)) return total;
      return total + (blocks - bfree) * bsize + (files - ffree) * TMPFS_INODE_BYTES;
    } catch {
      return total;
    }
  }, 0);
}

/**
 * Adds up what the processes use; `reapedMs` is the CPU time of those that init has reaped. Shared memory counts once for
 * each process that has it mapped, or once if nobody has.
 */
export function measure(
  directory: string,
  members: readonly ProcessStat[],
  reapedMs: number,
  what: { readonly memory: boolean; readonly ownIpc: boolean; readonly tmpfs: OwnTmpfs },
): SandboxUse {
  let ticks = 0;
  let own = 0;
  let shared = 0;
  for (const { pid, ticks: used } of members) {
    ticks += used;
    if (!what.memory) continue;
    const memory = memoryOf(directory, pid);
    own += memory.own;
    shared += memory.shared;
  }
  const segments = what.memory && what.ownIpc ? systemVBytes(directory) : 0;
  const files = what.memory ? tmpfsBytes(what.tmpfs) : 0;
  return { cpuMs: reapedMs + ticks * MS_PER_TICK, memoryBytes: own + Math.max(shared, segments + files) };
}
