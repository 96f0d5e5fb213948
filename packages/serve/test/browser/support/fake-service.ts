import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from '../../../src/schemas/cluster.ts';
import type { OutcomeRecord } from '../../../src/schemas/outcome.ts';
import type { Artifacts, Statistics, Status } from '../../../src/schemas/status.ts';
import { someArtifacts, someStatistics, someStatus } from './some-answers.ts';

const PAGES = join(import.meta.dirname, '../../../dist/dashboard');
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

/** As the service's. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const KEPT = 1_000;

/** Steps and outcome of a precheck or validation, and how long each takes. */
export type Script = readonly { readonly event: string; readonly data: unknown; readonly afterMs?: number }[];

/**
 * A double of the service for what no real host shows at will: a machine that is too slow, missing layers, words of
 * hostile guests, ten thousand outcomes. It serves the same page under the same policy.
 */
export class FakeService {
  status: Status = someStatus();
  statistics: Statistics = someStatistics();
  artifacts: Artifacts = someArtifacts();
  /** Undefined: it cannot be read. */
  cluster: Cluster | undefined;
  inspection: unknown = { warnings: [] };
  script: Script = [];
  token: string | undefined;
  /** What was asked for, `GET /v1/status`, in order. */
  readonly asked: string[] = [];
  #run = 1;
  #sent = 0;
  #records: OutcomeRecord[] = [];
  #streams = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** The newest outcome. */
  get last(): OutcomeRecord {
    return this.#records.at(-1) as OutcomeRecord;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    await new Promise<void>((done) => this.#server?.listen(this.#port, '127.0.0.1', done));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    this.#server?.closeAllConnections();
    await new Promise<void>((done) => this.#server?.close(() => done()) ?? done());
    this.#server = undefined;
  }

  /** Starts anew at the same address; what was kept for replay is gone. */
  async restart(downMs: number): Promise<void> {
    await this.stop();
    await new Promise((done) => setTimeout(done, downMs));
    this.#run += 1;
    this.#records = [];
    await this.start();
  }

  /** @param record without id and time */
  outcome(record: Omit<OutcomeRecord, 'id' | 'at'>, at = new Date()): void {
    this.#sent += 1;
    const whole = { ...record, id: `${this.#run}-${this.#sent}`, at: at.toISOString() } as OutcomeRecord;
    this.#records.push(whole);
    if (this.#records.length > KEPT) this.#records.shift();
    this.#tell(`id: ${whole.id}\nevent: outcome\ndata: ${JSON.stringify(whole)}\n\n`);
  }

  event(name: string, data: unknown): void {
    this.#tell(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #tell(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    this.asked.push(`${request.method} ${pathname}`);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('x-content-type-options', 'nosniff');
    if (!pathname.startsWith('/v1/')) return this.#file(pathname, response);
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      return problem(response, 401, 'TOKEN_WRONG', 'The token is not that of this service');
    }
    switch (`${request.method} ${pathname}`) {
      case 'GET /v1/status':
        return json(response, { ...this.status, now: new Date().toISOString(), streams: this.#streams.size });
      case 'GET /v1/statistics':
        return json(response, this.statistics);
      case 'GET /v1/cluster':
        if (this.cluster !== undefined) return json(response, this.cluster);
        return problem(response, 503, 'CLUSTER_UNAVAILABLE', 'The cluster cannot be read');
      case 'GET /v1/artifacts':
        return json(response, this.artifacts);
      case 'GET /v1/outcomes': {
        const limit = Number(searchParams.get('limit') ?? KEPT);
        return json(response, {
          outcomes: this.#records.slice(-limit),
          lastId: `${this.#run}-${this.#sent}`,
        });
      }
      case 'GET /v1/events':
        return this.#stream(request, response);
      case 'POST /v1/code':
        for await (const _ of request);
        return json(response, { codeHash: `0x${'c0'.repeat(32)}`, length: 1, uploadedAt: '', usedAt: '' });
      case 'POST /v1/prechecks':
      case 'POST /v1/validations':
        return await this.#play(request, response);
      default:
        if (pathname.endsWith('/inspection')) return json(response, this.inspection);
        return problem(response, 404, 'NOT_FOUND', 'There is no such thing');
    }
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    const last = request.headers['last-event-id'];
    if (typeof last === 'string' && last !== `${this.#run}-${this.#sent}`) {
      const place = this.#records.findIndex(({ id }) => id === last);
      if (place < 0) {
        const reason = last.startsWith(`${this.#run}-`) ? 'too-old' : 'restarted';
        response.write(`event: gap\ndata: ${JSON.stringify({ reason })}\n\n`);
      }
      for (const record of this.#records.slice(place + 1)) {
        response.write(`id: ${record.id}\nevent: outcome\ndata: ${JSON.stringify(record)}\n\n`);
      }
    }
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  async #play(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for await (const _ of request);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const { event, data, afterMs = 0 } of this.script) {
      await new Promise((done) => setTimeout(done, afterMs));
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
    response.end();
  }

  #file(pathname: string, response: ServerResponse): void {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (type === undefined || name.includes('/')) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type }).end(readFileSync(join(PAGES, name)));
  }
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function problem(response: ServerResponse, status: number, code: string, title: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title, status, detail: '', instance: '', code }));
}
