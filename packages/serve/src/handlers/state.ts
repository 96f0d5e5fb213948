import type { Handlers } from '../api/index.ts';
import { ProblemError } from '../problem.ts';
import type { Cluster, RecentOutcomes, Statistics } from '../schemas/index.ts';
import type { Service } from '../service/index.ts';
import type { Streams } from './events.ts';
import { histograms } from './histograms.ts';
import { statusOf } from './status.ts';

export function stateHandlers(
  service: Service,
  streams: Streams,
): Pick<
  Handlers,
  'status' | 'cluster' | 'statistics' | 'outcomes' | 'outcome' | 'health' | 'ready' | 'metrics'
> {
  const { host, events } = service;
  return {
    status: () => statusOf(service, streams.size),
    cluster: async (): Promise<Cluster> => {
      if (service.cluster === undefined)
        throw new ProblemError(
          'NO_CLUSTER',
          'this service was started without a cluster (pvf serve --cluster)',
        );
      return await service.cluster.get();
    },
    statistics: async (): Promise<Statistics> => ({
      since: service.startedAt.toISOString(),
      histograms: await histograms(host.metrics),
      minutes: service.minutes.list(),
    }),
    outcomes: async ({ query }): Promise<RecentOutcomes> => {
      const { limit } = query as { limit?: string };
      const outcomes = [...events].filter(({ event }) => event === 'outcome');
      const wanted =
        limit === undefined
          ? outcomes
          : outcomes.slice(outcomes.length - Math.min(Number(limit), outcomes.length));
      return {
        outcomes: wanted.map(({ data }) => JSON.parse(data)),
        lastId: events.idOf(events.next - 1),
      };
    },
    outcome: async ({ params }) => {
      const { id } = params as { id: string };
      const found = events.byId(id);
      if (found?.event !== 'outcome')
        throw new ProblemError('NOT_FOUND', 'there is no outcome with this id, or it is no longer kept');
      return JSON.parse(found.data);
    },
    health: async () => ({ alive: true }),
    ready: async (_request, reply) => {
      const { state, reason } = host.status();
      if (service.ending.aborted) return reply.code(503).send({ ready: false, state: 'shutting-down' });
      const ready = state === 'running';
      return reply.code(ready ? 200 : 503).send({ ready, state, ...(reason !== undefined && { reason }) });
    },
    metrics: async (_request, reply) => {
      const text = await host.metrics.metrics();
      return reply.type(host.metrics.contentType).serializer(String).send(text);
    },
  };
}
