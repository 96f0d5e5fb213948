import type { PvfHost } from '@pvf/host';
import type { Registry } from 'prom-client';
import type { Layer, Status } from '../schemas/index.ts';
import { LARGEST_INPUT_BYTES, type Service } from '../service/index.ts';
import { VERSION } from '../version.ts';

/** A snapshot of host and service. */
export async function statusOf(service: Service, streams: number): Promise<Status> {
  const { host, limits } = service;
  const { security, state, workers, artifacts, ...rest } = host.status();
  const cache = await values(host.metrics, 'pvf_artifact_cache_total', 'event');
  const slow = await values(host.metrics, 'pvf_machine_too_slow', 'sign');
  const { lost, ...of } = rest;
  return {
    ...of,
    state: state === 'running' && service.ending.aborted ? 'shutting-down' : state,
    startedAt: service.startedAt.toISOString(),
    now: new Date().toISOString(),
    version: VERSION,
    workers: { prepare: defined(workers.prepare), execute: defined(workers.execute) },
    security: {
      secureMode: security.secureMode,
      layers: (service.layers ?? bareLayers)(host),
      lost,
    },
    artifacts: {
      ...artifacts,
      hits: cache.hit ?? 0,
      misses: cache.miss ?? 0,
      evicted: cache.evicted ?? 0,
      lost: cache.lost ?? 0,
    },
    slowMachine: { queueTime: slow.queue_time === 1, cpuShare: slow.cpu_share === 1 },
    requests: { running: service.running, total: service.total },
    memory: { codeBytes: service.codes.bytes, bodyBytes: service.bodies.used },
    cluster: service.cluster !== undefined,
    streams,
    limits: {
      codeBytes: LARGEST_INPUT_BYTES,
      blockDataBytes: LARGEST_INPUT_BYTES,
      jsonBytes: limits.jsonBytes,
      storedCodeBytes: limits.storedCodeBytes,
      bodyBytesAtOnce: limits.bodyBytesAtOnce,
      requestsAtOnce: limits.requestsAtOnce,
      streams: limits.streams,
      connections: limits.connections,
      requestsPer10s: limits.requestsPer10s,
      keptEvents: limits.keptEvents,
    },
  };
}

const LAYERS = ['landlock', 'seccomp', 'changeRoot', 'secureClone', 'cgroup'] as const;

/** The layers as the host reports them. */
function bareLayers({ security }: PvfHost): Layer[] {
  return LAYERS.map((name) => ({ name, words: name, ...security[name] }));
}

function defined<T extends { node: string | undefined }>({ node, ...program }: T) {
  return { ...program, ...(node !== undefined && { node }) };
}

/** A metric's values by one of its labels. */
async function values(registry: Registry, name: string, label: string): Promise<Record<string, number>> {
  const metric = await registry.getSingleMetric(name)?.get();
  return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels[label], value]));
}
