import type { FastifySchema } from 'fastify';
import Type, { type TSchema } from 'typebox';
import {
  ActiveLeaves,
  Artifacts,
  Cluster,
  EventStream,
  Hash,
  HeadsUpRequest,
  Inspection,
  OutcomeRecord,
  PrecheckOutcome,
  PrecheckRequest,
  Problem,
  PruneReport,
  PruneRequest,
  Ready,
  RecentOutcomes,
  ref,
  Statistics,
  Status,
  StoredCode,
  StoredCodes,
  ValidateForm,
  ValidateRequest,
  ValidationOutcome,
} from '../schemas/index.ts';

export interface Route {
  /** Of HTTP; each path and method is a route of its own. */
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path, as fastify writes it: `/v1/code/:codeHash`. */
  readonly url: string;
  /** Needs no token: tells nothing but that the service is there. */
  readonly open?: true;
  /** What comes in and goes out, as the description shows it; requests that do not fit are refused. */
  readonly schema: FastifySchema & { readonly summary: string; readonly tags: readonly string[] };
}

const answer = (description: string, types: Readonly<Record<string, TSchema>>) => ({
  description,
  content: Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }])),
});
const json = (description: string, schema: TSchema) => answer(description, { 'application/json': schema });

/** What any route may answer in place of what it is for. */
const PROBLEM = answer('A problem; never a vote.', { 'application/problem+json': ref(Problem) });
const problems = { '4xx': PROBLEM, '5xx': PROBLEM };

const NOTHING = { type: 'null', description: 'Done.' };
const STREAM = 'text/event-stream';
const octets = {
  content: {
    'application/octet-stream': {
      schema: Type.Unsafe<Uint8Array>({
        type: 'string',
        contentMediaType: 'application/octet-stream',
        format: 'binary',
      }),
    },
  },
};
const codeParams = Type.Object({ codeHash: ref(Hash) });
const decimal = (description: string) => Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$', description }));
const text = (description: string) => Type.Optional(Type.String({ maxLength: 100, description }));

/** Every route of the API, by the name of its operation. */
export const ROUTES = {
  uploadCode: {
    method: 'POST',
    url: '/v1/code',
    schema: {
      tags: ['code'],
      summary: 'Take a PVF’s code in, as on chain; its hash is what later requests name',
      description:
        'Code that is there already is not stored again. It stays until others need the room, or the service ends.',
      body: octets,
      response: {
        200: json('Was there.', ref(StoredCode)),
        201: json('Stored.', ref(StoredCode)),
        ...problems,
      },
    },
  },
  putCode: {
    method: 'PUT',
    url: '/v1/code/:codeHash',
    schema: {
      tags: ['code'],
      summary: 'The same with the hash that it must have',
      params: codeParams,
      body: octets,
      response: {
        200: json('Was there.', ref(StoredCode)),
        201: json('Stored.', ref(StoredCode)),
        ...problems,
      },
    },
  },
  listCode: {
    method: 'GET',
    url: '/v1/code',
    schema: {
      tags: ['code'],
      summary: 'Which code is there',
      response: { 200: json('All code.', ref(StoredCodes)), ...problems },
    },
  },
  getCode: {
    method: 'GET',
    url: '/v1/code/:codeHash',
    schema: {
      tags: ['code'],
      summary: 'Whether a code is there',
      params: codeParams,
      response: { 200: json('It is.', ref(StoredCode)), ...problems },
    },
  },
  deleteCode: {
    method: 'DELETE',
    url: '/v1/code/:codeHash',
    schema: {
      tags: ['code'],
      summary: 'Forget a code; what uses it goes on',
      params: codeParams,
      response: { 204: NOTHING, ...problems },
    },
  },
  inspectCode: {
    method: 'GET',
    url: '/v1/code/:codeHash/inspection',
    schema: {
      tags: ['code'],
      summary: 'Imports and warnings, as `pvf precheck` and `pvf inspect` tell them',
      params: codeParams,
      querystring: Type.Object(
        {
          executorParams: Type.Optional(
            Type.String({
              maxLength: 8_192,
              description: 'As in a request: JSON, or SCALE bytes in hexadecimal with 0x. Default: [].',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: json('What the module has.', ref(Inspection)), ...problems },
    },
  },
  precheck: {
    method: 'POST',
    url: '/v1/prechecks',
    schema: {
      tags: ['requests'],
      summary: 'Whether a PVF can be prepared within the limits of prechecking',
      description:
        'Answers with the outcome, or with `accept: text/event-stream` with `progress` events and, last, an `outcome`. ' +
        'Closing the connection takes the request back.',
      body: ref(PrecheckRequest),
      response: {
        200: answer('The outcome.', { 'application/json': ref(PrecheckOutcome), [STREAM]: ref(EventStream) }),
        ...problems,
      },
    },
  },
  validate: {
    method: 'POST',
    url: '/v1/validations',
    schema: {
      tags: ['requests'],
      summary: 'Execute a candidate; with its receipt, say how to vote',
      description:
        'Answers with the outcome, or with `accept: text/event-stream` with `progress` events and, last, an `outcome`. ' +
        'Closing the connection takes the request back.',
      body: {
        content: {
          'application/json': { schema: ref(ValidateRequest) },
          'multipart/form-data': { schema: ref(ValidateForm) },
        },
      },
      response: {
        200: answer('The outcome.', {
          'application/json': ref(ValidationOutcome),
          [STREAM]: ref(EventStream),
        }),
        ...problems,
      },
    },
  },
  headsUp: {
    method: 'POST',
    url: '/v1/heads-up',
    schema: {
      tags: ['requests'],
      summary: 'Prepare PVFs that will be needed soon',
      body: ref(HeadsUpRequest),
      response: { 202: { type: 'null', description: 'Taken in.' }, ...problems },
    },
  },
  updateActiveLeaves: {
    method: 'POST',
    url: '/v1/active-leaves',
    schema: {
      tags: ['requests'],
      summary: 'Drop backing jobs whose scheduling parent is in no active fork',
      body: ref(ActiveLeaves),
      response: { 204: NOTHING, ...problems },
    },
  },
  forgetFailures: {
    method: 'DELETE',
    url: '/v1/failures',
    schema: {
      tags: ['artifacts'],
      summary: 'Forget that PVFs could not be prepared, so that the next request tries again',
      querystring: Type.Object({ codeHash: Type.Optional(ref(Hash)) }, { additionalProperties: false }),
      response: {
        200: json('How many were forgotten.', Type.Object({ forgotten: Type.Integer({ minimum: 0 }) })),
        ...problems,
      },
    },
  },
  listArtifacts: {
    method: 'GET',
    url: '/v1/artifacts',
    schema: {
      tags: ['artifacts'],
      summary: 'Prepared PVFs in the cache directory, the most recently used first',
      response: { 200: json('All of them.', ref(Artifacts)), ...problems },
    },
  },
  pruneArtifacts: {
    method: 'POST',
    url: '/v1/artifacts/prune',
    schema: {
      tags: ['artifacts'],
      summary: 'Remove artifacts, least recently used first',
      body: ref(PruneRequest),
      response: { 200: json('What was removed.', ref(PruneReport)), ...problems },
    },
  },
  status: {
    method: 'GET',
    url: '/v1/status',
    schema: {
      tags: ['state'],
      summary: 'Queues, workers, jobs, cache, isolation, limits: a snapshot',
      response: { 200: json('Now.', ref(Status)), ...problems },
    },
  },
  cluster: {
    method: 'GET',
    url: '/v1/cluster',
    schema: {
      tags: ['state'],
      summary: 'What the cluster is doing that this service watches: agents, rates, backlog, failures',
      description:
        'What its servers and agents say, a few seconds old at most. 404 without a cluster (`cluster` of the status tells ' +
        'it), 503 while it cannot be read; `meta.reason` says why.',
      response: { 200: json('As last read.', ref(Cluster)), ...problems },
    },
  },
  statistics: {
    method: 'GET',
    url: '/v1/statistics',
    schema: {
      tags: ['state'],
      summary: 'Histograms of latency, CPU time and sizes; outcomes by the minute',
      response: { 200: json('Since the start.', ref(Statistics)), ...problems },
    },
  },
  outcomes: {
    method: 'GET',
    url: '/v1/outcomes',
    schema: {
      tags: ['state'],
      summary: 'The last outcomes that are kept',
      querystring: Type.Object(
        { limit: decimal('At most so many, the newest. Default: all.') },
        { additionalProperties: false },
      ),
      response: { 200: json('Ascending.', ref(RecentOutcomes)), ...problems },
    },
  },
  outcome: {
    method: 'GET',
    url: '/v1/outcomes/:id',
    schema: {
      tags: ['state'],
      summary: 'One of them',
      params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
      response: { 200: json('It.', ref(OutcomeRecord)), ...problems },
    },
  },
  events: {
    method: 'GET',
    url: '/v1/events',
    schema: {
      tags: ['state'],
      summary: 'Outcomes and what else happens, as server-sent events',
      description:
        'With the header `last-event-id` (or the parameter `after`, which browsers can set) everything after it comes ' +
        'first; what is not kept any more is told as a `gap`. Without either, the stream begins now.',
      querystring: Type.Object(
        { after: text('As Last-Event-ID, which goes first. `start`: everything that is kept.') },
        { additionalProperties: false },
      ),
      headers: Type.Object({ 'last-event-id': text('Id of the last event that was seen.') }),
      response: { 200: answer('Without end.', { [STREAM]: ref(EventStream) }), ...problems },
    },
  },
  health: {
    method: 'GET',
    url: '/healthz',
    open: true,
    schema: {
      tags: ['health'],
      summary: 'Whether this process answers',
      response: { 200: json('It does.', Type.Object({ alive: Type.Literal(true) })), ...problems },
    },
  },
  ready: {
    method: 'GET',
    url: '/readyz',
    open: true,
    schema: {
      tags: ['health'],
      summary: 'Whether requests are taken: 503 while the service ends, or when its host has stopped',
      response: {
        200: json('They are.', ref(Ready)),
        503: json('They are not.', ref(Ready)),
        '4xx': PROBLEM,
      },
    },
  },
  metrics: {
    method: 'GET',
    url: '/metrics',
    schema: {
      tags: ['health'],
      summary: 'Metrics of host and service for Prometheus',
      response: { 200: answer('As of now.', { 'text/plain': Type.String() }), ...problems },
    },
  },
  openapi: {
    method: 'GET',
    url: '/openapi.json',
    open: true,
    schema: {
      tags: ['health'],
      summary: 'This description',
      response: { 200: json('OpenAPI 3.1.', Type.Object({}, { additionalProperties: true })), ...problems },
    },
  },
} as const satisfies Record<string, Route>;

export type OperationId = keyof typeof ROUTES;
