// A service around a host: `node host.mjs [MODULE]`. Keeps a PvfHost, with its metrics and its health on a port of this machine,
// and ends it in order. What there is to validate is MODULE's: it exports `run({ host, signal })`. When that settles, or
// `signal` is aborted, the service ends. Without one the host is kept ready.
//
//   PVF_CACHE_DIR     directory of artifacts; default systemd's CacheDirectory=, else a private one
//   PVF_WORKERS_DIR   directory of the standalone worker programs; default the packages of npm
//   PVF_LISTEN        host:port of /metrics, /healthz and /readyz; default 127.0.0.1:9616
//   PVF_TRUST_GROUP   1: the cache directory's group may write to it (fsGroup of Kubernetes)
//   PVF_LOG           level of the log, a line of JSON each on stdout; default info
//
// Exit codes: 0 ended by SIGTERM or SIGINT; 1 MODULE has failed; 78 this machine or its set-up is not fit (EX_CONFIG), which a
// restart does not change.
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HostError, PvfHost } from '@pvf/host';
import { pino } from 'pino';

const NOT_FIT = 78;
const env = process.env;
const logger = pino({ name: 'pvf', level: env.PVF_LOG ?? 'info' }, pino.destination({ fd: 1, sync: true }));
const stop = new AbortController();
const stopped = new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());

let host;
try {
  host = await PvfHost.start(optionsOf(env));
} catch (error) {
  if (!(error instanceof HostError)) throw error;
  logger.fatal({ code: error.code, meta: error.meta }, error.message);
  process.exit(NOT_FIT);
}
const server = await listen(env.PVF_LISTEN ?? '127.0.0.1:9616');
logger.info({ address: server.address(), status: host.status() }, 'ready');
try {
  const [, , module] = process.argv;
  // A module that does not stop is not waited for: what it asks of a closed host is refused.
  await Promise.race([stopped, module === undefined ? stopped : runModule(module)]);
} catch (error) {
  logger.fatal({ error: String(error) }, 'the program around the host has failed');
  process.exitCode = 1;
} finally {
  // Every request that is open ends as `cancelled`: no vote.
  await host.close();
  server.close();
  server.closeAllConnections();
}

function optionsOf({ PVF_CACHE_DIR, CACHE_DIRECTORY, PVF_WORKERS_DIR, PVF_TRUST_GROUP }) {
  const cacheDir = PVF_CACHE_DIR ?? CACHE_DIRECTORY;
  const workers = PVF_WORKERS_DIR && {
    prepare: join(PVF_WORKERS_DIR, 'pvf-prepare-worker'),
    execute: join(PVF_WORKERS_DIR, 'pvf-execute-worker'),
  };
  return {
    logger,
    ...(cacheDir && { cacheDir }),
    ...(workers && { workers }),
    allowGroupWritableCacheDir: PVF_TRUST_GROUP === '1',
  };
}

async function listen(address) {
  const [, name, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
  if (port === undefined) {
    logger.fatal({ address }, 'PVF_LISTEN must be host:port');
    process.exit(NOT_FIT);
  }
  const answers = {
    '/metrics': async () => ({ type: host.metrics.contentType, body: await host.metrics.metrics() }),
    // Alive: answers at all.
    '/healthz': async () => ({ type: 'text/plain', body: 'ok\n' }),
    // Ready: a host that has stopped (workers replaced) takes no more work until it is restarted.
    '/readyz': async () => {
      const { state, reason } = host.status();
      return { status: state === 'running' ? 200 : 503, type: 'text/plain', body: `${reason ?? state}\n` };
    },
  };
  const http = createServer(async (request, response) => {
    const answer = request.method === 'GET' ? answers[request.url] : undefined;
    if (answer === undefined) return response.writeHead(404).end();
    const { status = 200, type, body } = await answer();
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise((listening, failed) => http.once('error', failed).listen(Number(port), name, listening));
  return http;
}

async function runModule(path) {
  try {
    const { run } = await import(pathToFileURL(resolve(path)));
    await run({ host, signal: stop.signal });
  } catch (error) {
    // What fails because the host is being closed is no failure.
    if (!stop.signal.aborted) throw error;
  }
}
