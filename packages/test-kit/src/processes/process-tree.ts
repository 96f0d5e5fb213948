import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process as proc(5) shows it. */
export interface ProcessInfo {
  pid: number;
  parent: number;
  state: string;
  session: number;
  /** CPU time of all its threads, in clock ticks (100 a second). */
  cpuTicks: number;
  /** Read when it is asked for: a process that is busy with its memory makes its readers wait. Empty once it is gone. */
  readonly command: string;
}

/** All processes that this one can see, zombies included. */
export function listProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)) ?? []);
}

/** Undefined if there is no such process. */
export function describe(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      state: fields[0] ?? '?',
      parent: Number(fields[1]),
      session: Number(fields[3]),
      cpuTicks: Number(fields[11]) + Number(fields[12]),
      get command(): string {
        return commandOf(pid);
      },
    };
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** All processes below `pid`, nearest first. */
export function descendantsOf(pid: number): ProcessInfo[] {
  const all = listProcesses();
  const found: ProcessInfo[] = [];
  let parents = [pid];
  while (parents.length > 0) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  const found = describe(pid);
  return found !== undefined && found.state !== 'Z';
}

/** Threads of a process; 0 if it is gone. */
export function threadCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

/** What a process's descriptors point to, by number. */
export function openDescriptors(pid: number): Map<number, string> {
  const found = new Map<number, string>();
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) {
      try {
        found.set(Number(name), readlinkSync(`/proc/${pid}/fd/${name}`));
      } catch {
        // Closed meanwhile, like the one that lists this directory.
      }
    }
  } catch {
    // The process is gone.
  }
  return found;
}

/** Resident memory of a process, bytes; 0 if it is gone. */
export function residentBytes(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
