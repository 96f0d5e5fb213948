import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem.ts';

/**
 * Answers what no route takes: a path that is there with other methods (405, with these), or none (404). Before the routes
 * are registered.
 */
export function answerOtherMethods(app: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(
      `^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')}$`,
    );
    routes.push({ pattern, methods: [method].flat() });
  });
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?');
    const allowed = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) throw new ProblemError('NOT_FOUND', 'there is no such path; see /openapi.json');
    reply.header('allow', allowed.join(', '));
    throw new ProblemError('METHOD_NOT_ALLOWED', `this path takes ${allowed.join(', ')}`, {
      meta: { allowed },
    });
  });
}
