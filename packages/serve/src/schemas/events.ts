import Type, { type Static } from 'typebox';
import { count, exact, Hash, milliseconds, ref, words } from './common.ts';
import { OutcomeRecord, PrecheckOutcome, ValidationOutcome } from './outcome.ts';
import { Problem } from './problem.ts';

/** Steps of a request, as the library's `ProgressEvent`. */
export const ProgressEvent = Type.Object(
  {
    type: words([
      'waiting',
      'hashed',
      'preparation-queued',
      'preparing',
      'artifact-ready',
      'execution-queued',
      'executing',
      'retrying',
    ]),
    codeHash: Type.Optional(ref(Hash)),
    shared: Type.Optional(Type.Boolean()),
    workerPid: Type.Optional(Type.Integer()),
    fromCache: Type.Optional(Type.Boolean()),
    attempt: Type.Optional(count('From 1.')),
    cause: Type.Optional(Type.String()),
    afterMs: Type.Optional(milliseconds('Until it is tried again.')),
  },
  { $id: 'ProgressEvent' },
);
export type ProgressEvent = Static<typeof ProgressEvent>;

/** Says that events between two of the stream are lost. */
export const GapEvent = exact(
  {
    reason: words(['restarted', 'too-old'], {
      description:
        'restarted: the Last-Event-ID is of another run of the service. too-old: it is no longer kept. What is kept follows.',
    }),
    missed: Type.Optional(count('Events that are lost; missing where nobody can tell.')),
  },
  { $id: 'GapEvent' },
);

export const ArtifactPreparedEvent = Type.Object(
  {
    at: Type.String({ format: 'date-time' }),
    codeHash: ref(Hash),
    prepHash: ref(Hash),
    sizeBytes: count('Of its file.'),
  },
  { $id: 'ArtifactPreparedEvent' },
);

export const WorkerEndedEvent = Type.Object(
  {
    at: Type.String({ format: 'date-time' }),
    worker: words(['prepare', 'execute']),
    pid: Type.Integer(),
    reason: Type.String(),
    message: Type.String(),
    jobs: count('Jobs of its life.'),
  },
  { $id: 'WorkerEndedEvent' },
);

export const SlowMachineEvent = Type.Object(
  {
    at: Type.String({ format: 'date-time' }),
    slow: Type.Boolean(),
    sign: words(['queue-time', 'cpu-share']),
    remedy: Type.String(),
    averageQueueMs: Type.Optional(Type.Number()),
    averageCpuShare: Type.Optional(Type.Number()),
  },
  { $id: 'SlowMachineEvent' },
);

/** Event name → what its `data` holds, of `GET /v1/events`. */
export const EVENTS = {
  outcome: OutcomeRecord,
  'artifact-prepared': ArtifactPreparedEvent,
  'worker-ended': WorkerEndedEvent,
  'slow-machine': SlowMachineEvent,
  gap: GapEvent,
} as const;

/** Event name → what its `data` holds, of a precheck or validation that is asked for as an event stream. */
export const REQUEST_EVENTS = {
  progress: ProgressEvent,
  outcome: Type.Union([ref(PrecheckOutcome), ref(ValidationOutcome)]),
  problem: Problem,
} as const;

export const EventStream = Type.String({
  $id: 'EventStream',
  description:
    'Server-sent events (text/event-stream): `id`, `event` and `data` lines, the data one line of JSON. The README of ' +
    '@pvf/serve says which events there are; their schemas have the names of the events.',
});
