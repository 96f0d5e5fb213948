import { readdirSync } from 'node:fs';
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

/** Memory that belongs to a process alone or is shared anonymously; code from files is not counted. */
function memoryOf(directory: string, pid: number): number {
  try {
    const status = readSmallFile(`${directory}/${pid}/status`);
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return (field('RssAnon') + field('RssShmem')) * KIB;
  } catch {
    return 0;
  }
}

/** Adds up what the processes use; `reapedMs` is the CPU time of those that init has reaped. */
export function measure(
  directory: string,
  members: readonly ProcessStat[],
  reapedMs: number,
  withMemory: boolean,
): SandboxUse {
  let ticks = 0;
  let memoryBytes = 0;
  for (const { pid, ticks: own } of members) {
    ticks += own;
    if (withMemory) memoryBytes += memoryOf(directory, pid);
  }
  return { cpuMs: reapedMs + ticks * MS_PER_TICK, memoryBytes };
}
