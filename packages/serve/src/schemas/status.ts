import Type, { type Static } from 'typebox';
import { count, exact, Hash, ref, Vote, words } from './common.ts';

const optional = Type.Optional;

const Program = exact({
  path: Type.String(),
  version: Type.String(),
  fullVersion: Type.String(),
  node: optional(Type.String({ description: 'Version of the Node that it runs on.' })),
});

/** A layer of isolation on this machine. */
export const Layer = exact(
  {
    name: words(['landlock', 'seccomp', 'changeRoot', 'secureClone', 'cgroup']),
    words: Type.String({ description: 'For people.' }),
    available: Type.Boolean(),
    reason: optional(Type.String({ description: 'Why it is not available.' })),
    remedies: optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'What to change, by place: shell, docker, kubernetes, systemd, sysctl, apparmor.',
      }),
    ),
  },
  { $id: 'Layer', description: 'A layer of isolation, as probed at start.' },
);

const kinds = <T extends object>(each: T) =>
  Type.Unsafe<Record<'dispute' | 'approval' | 'backing-system' | 'backing', number>>({
    type: 'object',
    required: ['dispute', 'approval', 'backing-system', 'backing'],
    additionalProperties: false,
    properties: { dispute: each, approval: each, 'backing-system': each, backing: each },
  });

/** What service and host are and do at this moment. */
export const Status = exact(
  {
    state: words(['running', 'stopped', 'closed', 'shutting-down']),
    reason: optional(Type.String({ description: 'With stopped: what happened and what to do.' })),
    startedAt: Type.String({ format: 'date-time' }),
    now: Type.String({ format: 'date-time' }),
    version: Type.String({ description: 'Of this service.' }),
    cacheDir: Type.String(),
    workers: exact({ prepare: Program, execute: Program }),
    security: exact({
      secureMode: Type.Boolean(),
      layers: Type.Array(ref(Layer)),
      lost: Type.Record(Type.String(), Type.String(), {
        description: 'Parts of working layers that this machine takes away, each with the reason.',
      }),
    }),
    tried: Type.Boolean({ description: 'Whether a module of ours was prepared and executed at the start.' }),
    prepare: exact({
      queued: count('Preparations that wait.'),
      running: count('Jobs.'),
      workers: count('Processes.'),
    }),
    execute: exact({
      queued: kinds({ type: 'integer', minimum: 0 }),
      running: count('Jobs.'),
      workers: count('Processes.'),
      templates: count(
        'PVFs that are loaded, in all workers together, as the host keeps count; 0 with workers that load nothing ahead.',
      ),
    }),
    artifacts: exact({
      prepared: count('Usable.'),
      preparing: count('In work.'),
      failed: count('That cannot be prepared.'),
      bytes: count('Of the prepared ones.'),
      hits: count('Since the start.'),
      misses: count('Since the start.'),
      evicted: count('Since the start.'),
      lost: count('Since the start: files that were missing or damaged.'),
    }),
    slowMachine: exact({
      queueTime: Type.Boolean({ description: 'Approvals and disputes wait long for a worker.' }),
      cpuShare: Type.Boolean({ description: 'Jobs get little of a CPU.' }),
    }),
    requests: exact({
      running: count('Prechecks and validations that have no outcome yet.'),
      total: count('Since the start.'),
    }),
    memory: exact({
      codeBytes: count('Of uploaded code.'),
      bodyBytes: count('Of requests that are being received or wait for their outcome.'),
    }),
    cluster: Type.Boolean({ description: 'Whether this service watches a cluster: GET /v1/cluster.' }),
    streams: count('Open event streams.'),
    limits: exact(
      {
        codeBytes: count('Of one code as given.'),
        blockDataBytes: count('Of one PoV as given, parent head included.'),
        jsonBytes: count('Of a body in JSON.'),
        storedCodeBytes: count('Of all uploaded code together.'),
        bodyBytesAtOnce: count('Of all bodies that are held at once.'),
        requestsAtOnce: count('Prechecks and validations at once.'),
        streams: count('Event streams at once.'),
        connections: count('For each listener.'),
        requestsPer10s: count('From one address.'),
        keptEvents: count('For replay; outcomes among them.'),
      },
      { description: 'Of this service.' },
    ),
  },
  { $id: 'Status' },
);
/** What service and host are and do at this moment. */
export type Status = Static<typeof Status>;
/** A layer of isolation on this machine. */
export type Layer = Static<typeof Layer>;

export const Histogram = exact(
  {
    name: Type.String({ description: 'Of the metric.' }),
    help: Type.String(),
    unit: words(['seconds', 'bytes', 'KiB']),
    labels: Type.Record(Type.String(), Type.String()),
    buckets: Type.Array(exact({ le: Type.Number(), count: count('Cumulative.') }), {
      description: 'Ascending; what is larger than the last one is the total count less that one’s.',
    }),
    sum: Type.Number(),
    count: count('Observations.'),
    limits: Type.Array(exact({ name: Type.String(), value: Type.Number() }), {
      description: 'Default limits to compare with, in the unit; executor params may set others.',
    }),
  },
  { $id: 'Histogram' },
);
export type Histogram = Static<typeof Histogram>;

/** What was measured since the service started. */
export const Statistics = exact(
  {
    since: Type.String({ format: 'date-time', description: 'Start of the service.' }),
    histograms: Type.Array(ref(Histogram)),
    minutes: Type.Array(
      exact({
        at: Type.String({ format: 'date-time', description: 'Begin of the minute.' }),
        counts: Type.Array(
          exact({
            request: words(['precheck', 'dispute', 'approval', 'backing-system', 'backing']),
            outcome: Type.String(),
            vote: ref(Vote),
            count: count('Outcomes.'),
          }),
        ),
      }),
      { description: 'The last 60 minutes in which there were outcomes, ascending.' },
    ),
  },
  { $id: 'Statistics' },
);
/** What was measured since the service started. */
export type Statistics = Static<typeof Statistics>;

export const Artifact = exact(
  {
    codeHash: ref(Hash),
    prepHash: ref(Hash),
    engine: Type.String({ description: 'Identity of the engine that compiled it, hexadecimal.' }),
    bytes: count('Of the file.'),
    usedAt: Type.String({ format: 'date-time' }),
  },
  { $id: 'Artifact', description: 'A prepared PVF in the cache directory.' },
);
export type Artifact = Static<typeof Artifact>;

export const Artifacts = exact(
  { cacheDir: Type.String(), bytes: count('Together.'), artifacts: Type.Array(ref(Artifact)) },
  { $id: 'Artifacts' },
);
export type Artifacts = Static<typeof Artifacts>;

export const Ready = exact(
  { ready: Type.Boolean(), state: Type.String(), reason: Type.Optional(Type.String()) },
  { $id: 'Ready' },
);
