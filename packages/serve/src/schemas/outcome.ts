import Type, { type Static, type TSchema } from 'typebox';
import { count, Hash, HexBytes, milliseconds, ref, U32, Vote, words } from './common.ts';

const optional = Type.Optional;
const text = (description: string) => Type.String({ description });

export const PrepareError = Type.Object(
  {
    type: Type.String({ description: 'As the host’s PrepareError: Prevalidation, TimedOut, OutOfMemory …' }),
  },
  { $id: 'PrepareError', additionalProperties: true },
);

export const GuestFrame = Type.Object(
  {
    type: words(['function', 'host-function']),
    index: optional(count('In the function index space of the module.')),
    name: optional(text('As the module names it: text from the PVF.')),
  },
  { $id: 'GuestFrame' },
);

export const GuestLogLine = Type.Object(
  {
    level: words(['error', 'warn', 'info', 'debug', 'trace']),
    target: Type.String(),
    message: Type.String(),
  },
  { $id: 'GuestLogLine', description: 'Text from the PVF: bounded, without control characters.' },
);

const uses = (names: readonly string[], description: string) =>
  Type.Unsafe<Record<string, number>>({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'number', minimum: 0 }])),
    description,
  });

const EXECUTION = ['cpuTimeMs', 'wallTimeMs', 'memoryBytes', 'residentBytes', 'povBytes', 'codeBytes'];

export const ExecutionDetail = Type.Object(
  {
    panic: optional(text('Of the guest: text from the PVF.')),
    logs: Type.Array(ref(GuestLogLine)),
    logsLeftOut: count('Lines that are missing in logs.'),
    backtrace: Type.Array(ref(GuestFrame), { description: 'The innermost call first.' }),
    used: uses(EXECUTION, 'What nobody can tell is missing.'),
    limits: uses(EXECUTION, 'What may be used.'),
  },
  { $id: 'ExecutionDetail', description: 'Why and how much, for people; decides nothing.' },
);

export const PreparationDetail = Type.Object(
  {
    used: uses(['cpuTimeMs', 'wallTimeMs', 'memoryBytes', 'codeBytes'], 'What nobody can tell is missing.'),
    limits: uses(
      ['cpuTimeMs', 'wallTimeMs', 'memoryBytes', 'codeBytes'],
      'memoryBytes: only if params set it.',
    ),
  },
  { $id: 'PreparationDetail' },
);

export const ArtifactInfo = Type.Object(
  {
    codeHash: ref(Hash),
    prepHash: ref(Hash),
    size: count('Of the file, bytes.'),
    fromCache: Type.Boolean(),
    stats: optional(
      Type.Record(Type.String(), Type.Number(), { description: 'Of its preparation; as PreparationStats.' }),
    ),
  },
  { $id: 'ArtifactInfo' },
);

export const ValidationResult = Type.Object(
  {
    headData: ref(HexBytes),
    newValidationCode: optional(ref(HexBytes)),
    upwardMessages: Type.Array(ref(HexBytes)),
    horizontalMessages: Type.Array(Type.Object({ recipient: ref(U32), data: ref(HexBytes) })),
    processedDownwardMessages: ref(U32),
    hrmpWatermark: ref(U32),
  },
  { $id: 'ValidationResult' },
);

const INTERNAL = words([
  'host-communication',
  'could-not-create-link',
  'could-not-open-file',
  'could-not-create-pipe',
  'could-not-clear-worker-dir',
  'kernel',
  'non-deterministic-preparation',
  'worker-not-started',
  'workers-replaced',
  'host-fault',
]);

const common = {
  requestId: text('Of the host, as in its log.'),
  codeHash: optional(ref(Hash)),
  totalMs: milliseconds('From the call to the outcome.'),
};

const validation = {
  ...common,
  candidateHash: optional(ref(Hash)),
  attempts: count('Executions that were begun.'),
  queuedMs: milliseconds('In the execution queue, summed over the attempts.'),
  wallTimeMs: milliseconds('Of the last execution.'),
  cpuTimeNs: optional(count('Of the last job.')),
  artifact: optional(ref(ArtifactInfo)),
  detail: ref(ExecutionDetail),
};

const message = text('For people. May hold text from the PVF.');
const CANCELLED = words(['caller', 'host-closed']);

const variant = <K extends string, V extends readonly string[], P extends Record<string, TSchema>>(
  kind: K,
  votes: V,
  properties: P,
) =>
  Type.Object({ kind: Type.Unsafe<K>({ type: 'string', enum: [kind] }), vote: words(votes), ...properties });

/**
 * As the library's. A request that the service's own end has cut short says `abstain` where the library says `none`:
 * whoever asked may still need a vote, and has to get it elsewhere.
 */
const CUT_SHORT = ['none', 'abstain'] as const;

export const PrecheckOutcome = Type.Union(
  [
    variant('ok', ['for'] as const, {
      ...common,
      detail: ref(PreparationDetail),
      artifact: ref(ArtifactInfo),
    }),
    variant('failed', ['against'] as const, {
      ...common,
      detail: ref(PreparationDetail),
      deterministic: Type.Boolean(),
      error: ref(PrepareError),
      message,
    }),
    variant('internal', ['abstain'] as const, {
      ...common,
      detail: ref(PreparationDetail),
      cause: INTERNAL,
      message,
    }),
    variant('deadline-passed', ['none'] as const, {
      ...common,
      detail: ref(PreparationDetail),
      cause: words(['caller-deadline']),
    }),
    variant('cancelled', CUT_SHORT, { ...common, detail: ref(PreparationDetail), cause: CANCELLED }),
  ],
  { $id: 'PrecheckOutcome' },
);
export type PrecheckOutcome = Static<typeof PrecheckOutcome>;

const valid = { cpuTimeNs: count('Of the job.'), povSize: count('Of the decompressed PoV, bytes.') };
const RULES = [
  'refused-by-pvf',
  'pov-decompression',
  'cpu-timeout',
  'wall-timeout',
  'pov-size',
  'validation-data-hash',
  'pov-hash',
  'code-hash',
  'scheduling-session',
  'relay-parent-session',
  'para-head',
  'commitments-hash',
  'ump-signals',
] as const;

/** The variants of a validation's outcome; `valid` has what it says beside the result. */
const variants = <P extends Record<string, TSchema>>(result: P) => [
  variant('valid', ['for', 'unchecked'] as const, { ...validation, ...valid, ...result }),
  variant('invalid', ['against', 'unchecked'] as const, {
    ...validation,
    rule: words(RULES),
    message,
    umpSignals: optional(Type.Object({ type: Type.String() }, { additionalProperties: true })),
  }),
  variant('possibly-invalid', ['against', 'unchecked'] as const, {
    ...validation,
    cause: words(['worker-died', 'job-died', 'job-error', 'runtime-construction', 'corrupted-artifact']),
    message,
  }),
  variant('chain-unavailable', ['abstain'] as const, {
    ...validation,
    cause: words(['scheduling-session', 'relay-parent-session', 'claim-queue']),
    message,
  }),
  variant('internal', ['abstain'] as const, {
    ...validation,
    cause: INTERNAL,
    message,
    prepareError: optional(ref(PrepareError)),
  }),
  variant('preparation-failed', ['abstain'] as const, {
    ...validation,
    error: ref(PrepareError),
    deterministic: Type.Boolean(),
    message,
  }),
  variant('deadline-passed', ['none'] as const, {
    ...validation,
    cause: words(['caller-deadline', 'inactive-fork']),
  }),
  variant('cancelled', CUT_SHORT, { ...validation, cause: CANCELLED }),
];

export const ValidationOutcome = Type.Union(
  variants({ result: ref(ValidationResult), resultBytes: ref(HexBytes) }),
  { $id: 'ValidationOutcome' },
);
export type ValidationOutcome = Static<typeof ValidationOutcome>;

export const OutcomeRecord = Type.Object(
  {
    id: text('Of this event; what Last-Event-ID takes.'),
    at: Type.String({ format: 'date-time' }),
    request: words(['precheck', 'dispute', 'approval', 'backing-system', 'backing']),
    outcome: Type.Object(
      {
        kind: Type.String(),
        vote: ref(Vote),
        message: optional(message),
        detail: Type.Object({}, { additionalProperties: true }),
      },
      {
        additionalProperties: true,
        description:
          'A PrecheckOutcome or ValidationOutcome without result, resultBytes and the artifact’s stats: what the PVF ' +
          'returned is only for whoever asked.',
      },
    ),
  },
  { $id: 'OutcomeRecord' },
);
export type OutcomeRecord = Static<typeof OutcomeRecord>;

export const RecentOutcomes = Type.Object(
  {
    outcomes: Type.Array(ref(OutcomeRecord), { description: 'Ascending.' }),
    lastId: Type.String({
      description: 'Of the newest event; with it as Last-Event-ID the event stream goes on here.',
    }),
  },
  { $id: 'RecentOutcomes' },
);
export type RecentOutcomes = Static<typeof RecentOutcomes>;
