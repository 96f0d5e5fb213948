// How long this process's event loop is held up.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { quantiles } from '../support/statistics.mjs';

/** The monitor's timer; what it reports is the time between two of its ticks. */
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;
const MICROS_PER_MS = 1e3;

/**
 * Two views of the same loop while `run` runs, in milliseconds: `delay` is wall time, and on a machine whose every processor
 * runs a job it includes waiting for one; `cpu` is what this thread itself burnt between two ticks, whoever else was running.
 *
 * @param {(tools: { delay: typeof delay }) => Promise<void>} run
 */
export async function watchLoop(run) {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const burnt = [];
  let last = process.threadCpuUsage();
  const ticker = setInterval(() => {
    const now = process.threadCpuUsage();
    burnt.push((now.user + now.system - last.user - last.system) / MICROS_PER_MS);
    last = now;
  }, RESOLUTION_MS);
  monitor.enable();
  try {
    await run({ delay });
  } finally {
    monitor.disable();
    clearInterval(ticker);
  }
  const ms = (ns) => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  const [p50, p99, max] = quantiles(burnt, 0.5, 0.99, 1);
  return {
    ticks: burnt.length,
    delay: { p50: ms(monitor.percentile(50)), p99: ms(monitor.percentile(99)), max: ms(monitor.max) },
    cpu: { p50, p99, max },
  };
}
