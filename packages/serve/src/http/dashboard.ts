import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
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

const INDEX = 'index.html';
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};
/** In a standalone program: the page's files as JSON, contents by name. */
const ASSET = 'dashboard.json';

/** What the page is made of: contents by name; `index.html` is among them. */
export type PageFiles = Readonly<Record<string, string | Uint8Array>>;

/** The page of this package: built into a standalone program, beside this file once it is bundled, or from the sources. */
export function ownPage(): PageFiles | undefined {
  if (isSea()) return JSON.parse(getAsset(ASSET, 'utf8')) as PageFiles;
  const directory = ['./dashboard', '../../dist/dashboard']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(join(path, INDEX)));
  return directory === undefined ? undefined : readPage(directory);
}

/** The files that lie in a directory itself. */
export function readPage(directory: string): PageFiles {
  const files = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(directory, name))]));
}

/**
 * Serves files out of memory, each under a route of its own: no path of a request reaches the file system. They need no
 * token: a browser has none to send before it has the page, and they say nothing of this service.
 */
export function serveDashboard(app: FastifyInstance, files: PageFiles): void {
  for (const [name, content] of Object.entries(files)) {
    const headers = {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
    };
    for (const url of name === INDEX ? ['/', `/${name}`] : [`/${name}`])
      app.route({
        method: ['GET', 'HEAD'],
        url,
        config: { open: true },
        schema: { hide: true },
        handler: (_request, reply) => reply.headers(headers).send(content),
      });
  }
}
