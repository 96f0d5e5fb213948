import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { PvfHost } from '@pvf/host';
import { descendantsOf, openDescriptors, waitUntil } from '@pvf/test-kit';
import type { Report } from './report.ts';

/** What this process had before any host was started. */
export interface Baseline {
  descriptors: number;
  mounts: string;
}

export function baseline(): Baseline {
  return { descriptors: openDescriptors(process.pid).size, mounts: mounts() };
}

/** Looks for what a closed host must not have left. */
export async function inspect(
  host: PvfHost,
  cacheDir: string,
  before: Baseline,
  report: Report,
): Promise<void> {
  await gone('processes', report, () => workersLeft().length === 0);
  await gone('descriptors', report, () => openDescriptors(process.pid).size <= before.descriptors);
  if (mounts() !== before.mounts) report.violate('a mount is left');
  // One of the troubles is that the directory goes.
  const names = existsSync(cacheDir) ? readdirSync(cacheDir) : [];
  const left = names.filter((name) => !name.endsWith('.pvf'));
  if (left.length > 0) report.violate(`files are left in the cache directory: ${left.join(', ')}`);
  const sockets = readdirSync(tmpdir()).filter((name) => name.startsWith('pvf-s-'));
  if (sockets.length > 0) report.violate(`socket directories are left: ${sockets.join(', ')}`);
  await metricsAddUp(host, report);
}

async function metricsAddUp(host: PvfHost, report: Report): Promise<void> {
  const total = async (name: string): Promise<number> => {
    const { values } = (await host.metrics.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  for (const [begun, ended] of [
    ['pvf_requests_total', 'pvf_outcomes_total'],
    ['polkadot_pvf_execute_enqueued', 'polkadot_pvf_execute_finished'],
    ['polkadot_pvf_prepare_enqueued', 'polkadot_pvf_prepare_concluded'],
    ['polkadot_pvf_worker_spawned', 'polkadot_pvf_worker_retired'],
  ] as const) {
    const [a, b] = [await total(begun), await total(ended)];
    if (a !== b) report.violate(`${begun} is ${a}, but ${ended} is ${b}`);
  }
}

async function gone(what: string, report: Report, look: () => boolean): Promise<void> {
  await waitUntil(what, look).catch(() => report.violate(`${what} are left`));
}

function workersLeft(): number[] {
  return descendantsOf(process.pid)
    .filter(({ command }) => command.includes('-worker'))
    .map(({ pid }) => pid);
}

function mounts(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8');
}
