import type { FastifyInstance } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Service } from '../service/index.ts';

/** A body that nobody reads is taken for so long after its answer, so that whoever sends it gets to read that. */
const LINGER_MS = 10_000;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Headers, metrics and time limits of every answer. */
export function observe(app: FastifyInstance, { host }: Service, idleMs: number): void {
  const { requests, seconds } = metricsOf(host.metrics);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });
  // A reader that takes nothing of its answer for that long is given up; Node sets another limit when it is done.
  app.addHook('onSend', async (request) => {
    request.raw.socket.setTimeout(idleMs);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { raw } = request;
    const operation = request.routeOptions.schema?.operationId ?? (request.is404 ? 'none' : 'file');
    requests.inc({ operation, status: reply.statusCode });
    seconds.observe({ operation }, reply.elapsedTime / 1_000);
    request.log.debug({ operation, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered');
    if (raw.complete) return;
    const { socket } = raw;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    // A connection outlives its requests: what is left on it for each would add up.
    const done = (): void => {
      clearTimeout(timer);
      raw.off('end', done);
      socket.off('close', done);
    };
    raw.once('end', done);
    socket.once('close', done);
  });
}

/** Listeners share them. */
function metricsOf(registry: Registry) {
  const name = 'pvf_serve_requests_total';
  const requests =
    (registry.getSingleMetric(name) as Counter<'operation' | 'status'> | undefined) ??
    new Counter({
      name,
      help: 'Answers of the service',
      labelNames: ['operation', 'status'],
      registers: [registry],
    });
  const seconds =
    (registry.getSingleMetric('pvf_serve_request_seconds') as Histogram<'operation'> | undefined) ??
    new Histogram({
      name: 'pvf_serve_request_seconds',
      help: 'Time from a request of the service to the end of its answer',
      labelNames: ['operation'],
      buckets: SECONDS,
      registers: [registry],
    });
  return { requests, seconds };
}
