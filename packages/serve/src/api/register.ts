import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { NAMED_SCHEMAS } from '../schemas/index.ts';
import { type OperationId, ROUTES, type Route } from './routes.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. */
    open?: boolean;
  }
}

/** What answers, by the name of the operation. */
export type Handlers = Readonly<Record<OperationId, RouteHandlerMethod>>;

/** Registers every route with what answers it. */
export function registerRoutes(app: FastifyInstance, handlers: Handlers): void {
  for (const schema of NAMED_SCHEMAS) app.addSchema(schema);
  for (const [operationId, route] of Object.entries(ROUTES) as [OperationId, Route][]) {
    app.route({
      method: route.method,
      url: route.url,
      schema: { ...route.schema, operationId, security: route.open ? [] : [{ token: [] }] },
      config: { open: route.open === true },
      handler: handlers[operationId],
    });
  }
}
