import { randomBytes } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { describeApi, type Handlers, registerRoutes } from '../api/index.ts';
import { ProblemError } from '../problem.ts';
import { LARGEST_INPUT_BYTES, type Service } from '../service/index.ts';
import { type PageFiles, serveDashboard } from './dashboard.ts';
import { onClientError, sendProblem } from './errors.ts';
import { type GuardOptions, guard } from './guard.ts';
import { answerOtherMethods } from './methods.ts';
import { observe } from './observe.ts';
import { addParsers } from './parsers.ts';
import { validators } from './validators.ts';

const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;
/** A rate is counted for at most so many addresses. */
const MAX_ADDRESSES = 1_000;

export interface AppOptions {
  readonly service: Service;
  readonly handlers: Omit<Handlers, 'openapi'>;
  readonly guard: GuardOptions;
  readonly logger: Logger;
  /** The dashboard's files; none without. */
  readonly dashboard: PageFiles | undefined;
}

/** The application of one listener. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { service, handlers, logger, dashboard } = options;
  const { limits } = service;
  const run = randomBytes(4).toString('hex');
  let number = 0;
  const app: FastifyInstance = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: ({ headers }) => requestId(headers['x-request-id']) ?? `${run}-${++number}`,
    requestTimeout: limits.receiveMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_MS, maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 2_000 },
    bodyLimit: LARGEST_INPUT_BYTES,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: onClientError,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  });
  app.server.maxConnections = limits.connections;
  // Whether a body is wanted is known only once the request has been looked at; reading it says so.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));

  app.setErrorHandler(sendProblem);
  app.setValidatorCompiler(validators());
  app.setSerializerCompiler(() => JSON.stringify);
  observe(app, service, limits.idleMs);
  await describeApi(app);
  await app.register(rateLimit, {
    max: limits.requestsPer10s,
    timeWindow: 10_000,
    cache: MAX_ADDRESSES,
    keyGenerator: ({ ip }) => ip ?? 'unix',
    errorResponseBuilder: () =>
      new ProblemError(
        'TOO_MANY_REQUESTS',
        `${limits.requestsPer10s} requests in ten seconds are the limit; wait`,
      ),
  });
  guard(app, options.guard);
  addParsers(app, service.bodies, {
    codeBytes: LARGEST_INPUT_BYTES,
    blockDataBytes: LARGEST_INPUT_BYTES,
    jsonBytes: limits.jsonBytes,
    idleMs: limits.idleMs,
  });
  answerOtherMethods(app);
  registerRoutes(app, { ...handlers, openapi: async () => app.swagger() });
  if (dashboard !== undefined) serveDashboard(app, dashboard);
  await app.ready();
  return app;
}

/** One that the client has chosen, if it cannot garble the log. */
function requestId(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : undefined;
}
