import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Only files of this service run in its page, and only this service is asked by it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Where the build puts the page: beside this file once it is bundled, or from the sources. */
export function dashboardDirectory(): string | undefined {
  return ['./dashboard', '../../dist/dashboard']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(join(path, 'index.html')));
}

/**
 * Serves the files of a directory, each under a route of its own: no path of a request reaches the file system. They need no
 * token: a browser has none to send before it has the page, and they say nothing of this service.
 */
export async function serveDashboard(app: FastifyInstance, root: string): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await scope.register(staticFiles, {
      root,
      wildcard: false,
      index: 'index.html',
      cacheControl: false,
      setHeaders: (reply) => {
        reply.header('content-security-policy', POLICY);
        reply.header('cache-control', 'no-cache');
      },
    });
  });
}
