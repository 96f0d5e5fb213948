import { exitNow, POLLHUP, POLLIN, type PollEntry, poll, processCpuTimeNs } from '@pvf/linux';
import type { MemoryGuard } from './memory-guard.ts';

const NS_PER_MS = 1e6;
/** A process may wait for a processor this many times as long as it may use one. */
const WALL_FACTOR = 10;

/** Waits until there is something to read, or the end, for at most `timeoutMs` milliseconds of wall time. */
export function readable(fd: number, timeoutMs: number): boolean {
  const entry: PollEntry = { fd, events: POLLIN, revents: 0 };
  poll([entry], timeoutMs);
  return entry.revents !== 0;
}

/** Whoever has the other end has closed it, or is gone. */
export function hasHungUp(fd: number): boolean {
  const entry: PollEntry = { fd, events: 0, revents: 0 };
  poll([entry], 0);
  return (entry.revents & POLLHUP) !== 0;
}

/** Ends this process, and its jobs with it, if the host has closed its end of the socket. */
export function exitWithoutHost(hostFd: number | undefined): void {
  if (hostFd !== undefined && hasHungUp(hostFd)) exitNow(1);
}

/**
 * Waits until a process of ours writes to `fd` or closes it. Ends this process when the host goes away meanwhile.
 *
 * @param cpuLimitNs CPU time that the process may use until then, nanoseconds
 * @param memory watched meanwhile
 * @returns false when it has used up its time, or holds more memory than it may
 */
export function speaksInTime(
  pid: number,
  fd: number,
  cpuLimitNs: number,
  memory: MemoryGuard,
  hostFd: number | undefined,
): boolean {
  const deadline = performance.now() + (WALL_FACTOR * cpuLimitNs) / NS_PER_MS;
  const entry: PollEntry = { fd, events: POLLIN, revents: 0 };
  const host: PollEntry = { fd: hostFd ?? -1, events: 0, revents: 0 };
  do {
    const used = processCpuTimeNs(pid) ?? 0;
    const left = cpuLimitNs - used;
    const lookAfterMs = memory.look(used);
    if (left <= 0 || lookAfterMs === 0 || performance.now() > deadline) return false;
    poll([entry, host], Math.min(Math.ceil(left / NS_PER_MS), lookAfterMs));
    if ((host.revents & POLLHUP) !== 0) exitNow(1);
  } while (entry.revents === 0);
  return true;
}
