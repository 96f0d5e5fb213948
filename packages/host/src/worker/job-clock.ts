import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of the CPU times in /proc; 100 per second on every architecture that Linux serves user space on (USER_HZ). */
const MS_PER_TICK = 10;

/** Fields of proc_pid_stat(5), counted from the one behind the name. */
const PARENT = 1;
const USER_TIME = 11;
const SYSTEM_TIME = 12;
const START_TIME = 19;

/**
 * CPU time, in milliseconds, of the job that a worker has under way: that of its youngest child, as the kernel counts
 * it. A job cannot change that count. Undefined where the worker has no child or Linux does not show it, so that
 * nobody can tell.
 */
export function jobCpuTimeMs(workerPid: number): number | undefined {
  let youngest: { startTime: number; cpuTimeMs: number } | undefined;
  // In the order of PIDs, which tells two children of one tick apart.
  for (const pid of processes()) {
    const fields = statOf(pid);
    if (Number(fields?.[PARENT]) !== workerPid || fields === undefined) continue;
    const startTime = Number(fields[START_TIME]);
    const cpuTimeMs = (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * MS_PER_TICK;
    if (youngest === undefined || startTime >= youngest.startTime) youngest = { startTime, cpuTimeMs };
  }
  return youngest?.cpuTimeMs;
}

function processes(): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .sort((a, b) => Number(a) - Number(b));
  } catch {
    return [];
  }
}

function statOf(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
