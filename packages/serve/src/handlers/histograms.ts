import { DEFAULT_EXEC_TIMEOUT_MS, DEFAULT_PREP_TIMEOUT_MS } from '@pvf/protocol';
import type { Registry } from 'prom-client';
import type { Histogram } from '../schemas/index.ts';

type Shown = Pick<Histogram, 'name' | 'unit' | 'limits'>;

const seconds = (name: string, ms: number) => ({ name, value: ms / 1_000 });
const EXECUTION = [
  seconds('backing', DEFAULT_EXEC_TIMEOUT_MS.Backing),
  seconds('approval', DEFAULT_EXEC_TIMEOUT_MS.Approval),
];
const PREPARATION = [
  seconds('precheck', DEFAULT_PREP_TIMEOUT_MS.Precheck),
  seconds('prepare', DEFAULT_PREP_TIMEOUT_MS.Prepare),
];

/** The host's histograms that people look at. */
const SHOWN: readonly Shown[] = [
  { name: 'polkadot_pvf_execution_time', unit: 'seconds', limits: [] },
  { name: 'pvf_execution_cpu_seconds', unit: 'seconds', limits: EXECUTION },
  { name: 'pvf_execution_queued_seconds', unit: 'seconds', limits: [] },
  { name: 'polkadot_pvf_preparation_time', unit: 'seconds', limits: [] },
  { name: 'pvf_preparation_cpu_seconds', unit: 'seconds', limits: PREPARATION },
  { name: 'polkadot_pvf_preparation_max_rss', unit: 'KiB', limits: [] },
  { name: 'polkadot_parachain_candidate_validation_pov_size', unit: 'bytes', limits: [] },
  { name: 'polkadot_parachain_candidate_validation_code_size', unit: 'bytes', limits: [] },
  { name: 'pvf_serve_request_seconds', unit: 'seconds', limits: [] },
];

type Labels = Record<string, string>;

/** Each histogram for each of its labels' values, of what is registered. */
export async function histograms(registry: Registry): Promise<Histogram[]> {
  const found = await Promise.all(SHOWN.map((shown) => ofMetric(registry, shown)));
  return found.flat();
}

async function ofMetric(registry: Registry, { name, unit, limits }: Shown): Promise<Histogram[]> {
  const metric = await registry.getSingleMetric(name)?.get();
  const byLabels = new Map<string, Histogram>();
  for (const { labels, value, metricName } of (metric?.values ?? []) as {
    labels: Labels & { le?: number | string };
    value: number;
    metricName?: string;
  }[]) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(Object.entries(rest).sort());
    let histogram = byLabels.get(key);
    if (histogram === undefined) {
      histogram = {
        name,
        help: metric?.help ?? '',
        unit,
        labels: rest,
        buckets: [],
        sum: 0,
        count: 0,
        limits,
      };
      byLabels.set(key, histogram);
    }
    if (metricName?.endsWith('_sum')) histogram.sum = value;
    else if (metricName?.endsWith('_count')) histogram.count = value;
    else if (typeof le === 'number') histogram.buckets.push({ le, count: value });
  }
  return [...byLabels.values()];
}
