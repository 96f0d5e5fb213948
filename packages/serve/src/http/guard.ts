import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem.ts';

/** Wrong tokens of one address in a minute; more are told to wait. A right one is never held up by them. */
const WRONG_TOKENS_PER_MINUTE = 60;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

export interface GuardOptions {
  /** Undefined for a Unix socket, whose mode says who may connect. */
  readonly token: string | undefined;
  /** Names beside those of the loopback interface that a Host header may have; undefined lets any pass. */
  readonly hosts: readonly string[] | undefined;
  /** Whether a Host header may be any address: names alone can be rebound. */
  readonly anyAddress: boolean;
}

/**
 * Who may ask. A browser lets any page send requests to this machine, and a page whose name is rebound to it even read the
 * answers: so a request must name this service as its host, and if a browser says which page it comes from, that page must
 * be ours.
 */
export function guard(app: FastifyInstance, { token, hosts, anyAddress }: GuardOptions): void {
  const expected = token === undefined ? undefined : digest(token);
  const wrongTokens = app.createRateLimit({ max: WRONG_TOKENS_PER_MINUTE, timeWindow: 60_000 });

  app.addHook('onRequest', async (request) => {
    if (hosts !== undefined) checkHost(request, hosts, anyAddress);
    checkPage(request);
    if (expected === undefined || request.routeOptions.config.open === true) return;
    const given = bearer(request);
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    const { isExceeded } = (await wrongTokens(request)) as { isExceeded?: boolean };
    if (isExceeded === true)
      throw new ProblemError('TOO_MANY_REQUESTS', 'too many wrong tokens; try again in a minute', {
        retryAfter: 60,
      });
    throw given === undefined
      ? new ProblemError('TOKEN_MISSING', 'send the service’s token: authorization: Bearer TOKEN')
      : new ProblemError(
          'TOKEN_WRONG',
          'this is not the token of this service; it may have been started anew',
        );
  });
}

/** Equal lengths, so that comparing takes the same time for every token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function bearer({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S{1,512})$/i.exec(headers.authorization ?? '')?.[1];
}

function checkHost({ headers }: FastifyRequest, hosts: readonly string[], anyAddress: boolean): void {
  const host = headers.host ?? '';
  // A tunnel may change the port; nothing is gained by another one.
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  if (LOOPBACK_HOSTS.includes(name) || hosts.includes(name)) return;
  if (anyAddress && isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return;
  throw new ProblemError(
    'HOST_NOT_ALLOWED',
    'the Host header names another machine: ask for localhost, or let the service have that name too',
  );
}

function checkPage({ headers }: FastifyRequest): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const ownPage =
    origin === undefined || origin === `http://${headers.host}` || origin === `https://${headers.host}`;
  if (ownPage && (site === undefined || site === 'same-origin' || site === 'none')) return;
  throw new ProblemError(
    'ORIGIN_NOT_ALLOWED',
    'this request comes from a page of somebody else; programs leave out the headers Origin and Sec-Fetch-Site',
  );
}
