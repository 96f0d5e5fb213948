// Where and on what something was measured: goes with every result, because figures of another machine or commit mean nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a run of the benches itself writes does not make it one of changed code. */
const RESULTS = [':!bench/results', ':!docs/performance.md', ':!docs/performance'];
const LOOK_MS = 1_000;

/** Processors, memory, kernel and Node of this machine, and how busy it is on average over the last minute. */
export function machineOf() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    // Major and minor version: what follows is a machine's own.
    kernel: release().split('.', 2).join('.'),
    node: process.version,
    load: Number(loadavg()[0].toFixed(2)),
  };
}

/** The checked-out commit, and whether tracked files differ from it; undefined outside of a git checkout. */
export function commitOf() {
  try {
    const git = (...args) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changes = git('status', '--porcelain', '--untracked-files=no', '--', '.', ...RESULTS);
    return { id: git('rev-parse', '--short=7', 'HEAD'), changed: changes !== '' };
  } catch {
    return undefined;
  }
}

/** The share of all processors' time in which they had work, over a second: 0 to 1. */
export async function busyShare() {
  const before = processorTimes();
  await delay(LOOK_MS);
  const after = processorTimes();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function processorTimes() {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/);
  // user nice system idle iowait irq softirq steal; what follows is part of user and nice (proc_stat(5)).
  const times = fields.slice(0, 8).map(Number);
  return { all: times.reduce((sum, time) => sum + time, 0), idle: times[3] + times[4] };
}
