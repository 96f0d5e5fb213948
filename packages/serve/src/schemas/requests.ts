import Type, { type Static } from 'typebox';
import {
  ExecutionKind,
  ExecutorParams,
  exact,
  Hash,
  HexBytes,
  nullable,
  ref,
  U32,
  U32_MAX,
  words,
} from './common.ts';

const MAX_DEADLINE_MS = 24 * 60 * 60 * 1_000;

const duration = (description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MAX_DEADLINE_MS, description }));

const pvf = {
  codeHash: ref(Hash),
  executorParams: ref(ExecutorParams),
  validationCodeBombLimit: Type.Integer({
    minimum: 0,
    maximum: U32_MAX,
    description: 'Largest decompressed code, bytes: ParachainHost_validation_code_bomb_limit.',
  }),
};

const deadlineMs = duration(
  'Milliseconds from the request until its outcome is of no use; counts everything.',
);

export const PrecheckRequest = exact({ ...pvf, deadlineMs }, { $id: 'PrecheckRequest' });
export type PrecheckRequest = Static<typeof PrecheckRequest>;

export const HeadsUpRequest = exact(
  { pvfs: Type.Array(exact(pvf), { minItems: 1, maxItems: 256 }) },
  { $id: 'HeadsUpRequest', description: 'PVFs that will be needed soon.' },
);
export type HeadsUpRequest = Static<typeof HeadsUpRequest>;

export const ValidationData = exact(
  {
    parentHead: ref(HexBytes),
    relayParentNumber: ref(U32),
    relayParentStorageRoot: ref(Hash),
    maxPovSize: ref(U32),
  },
  {
    $id: 'ValidationData',
    description: 'The persisted validation data; with a receipt their hash is compared.',
  },
);

export const ClaimQueue = Type.Unsafe<{ core: number; paras: number[] }[] | string>({
  $id: 'ClaimQueue',
  anyOf: [
    {
      type: 'array',
      maxItems: 10_000,
      items: {
        type: 'object',
        required: ['core', 'paras'],
        additionalProperties: false,
        properties: {
          core: { $ref: 'U32#' },
          paras: { type: 'array', items: { $ref: 'U32#' }, maxItems: 1_000 },
        },
      },
    },
    { $ref: 'HexBytes#' },
  ],
  description: 'ParachainHost_claim_queue: decoded, or the SCALE bytes that a node answers.',
});

export const ChainAnswers = exact(
  {
    sessionIndexForChild: nullable(ref(U32)),
    ancestorRelayParentInfo: nullable(words(['found', 'missing', 'not-supported'])),
    claimQueue: nullable(ref(ClaimQueue)),
  },
  {
    $id: 'ChainAnswers',
    description:
      'What the relay chain says at the scheduling parent; null says that it could not be asked. Required for backing ' +
      'with a receipt, and for nothing else.',
  },
);
export type ChainAnswers = Static<typeof ChainAnswers>;

const candidate = {
  ...pvf,
  kind: ref(ExecutionKind),
  receipt: Type.Optional(ref(HexBytes)),
  v3Seen: Type.Optional(
    Type.Boolean({
      description: 'Required with a receipt: whether the node feature CandidateReceiptV3 was ever seen.',
    }),
  ),
  chain: Type.Optional(ref(ChainAnswers)),
  descriptorVersion: Type.Optional(
    words(['V1', 'V2', 'V3'], {
      description: 'Without a receipt; V3 needs relayParent and schedulingParent.',
    }),
  ),
  relayParent: Type.Optional(ref(Hash)),
  schedulingParent: Type.Optional(ref(Hash)),
  executionTimeoutMs: duration('Limit on the job’s CPU time. Default: by kind and executor params.'),
  deadlineMs,
};

export const ValidateRequest = exact(
  {
    ...candidate,
    validationData: ref(ValidationData),
    blockData: Type.Unsafe<string>({
      $ref: 'HexBytes#',
      description:
        'As a collator sends it, maybe a compressed blob. For small ones: larger ones go as multipart/form-data.',
    }),
  },
  { $id: 'ValidateRequest', description: 'A candidate in JSON.' },
);
export type ValidateRequest = Static<typeof ValidateRequest>;

export const ValidateRequestPart = exact(
  { ...candidate, validationData: Type.Optional(ref(ValidationData)) },
  {
    $id: 'ValidateRequestPart',
    description:
      'A candidate whose block data is another part. validationData is required with blockData, and only then.',
  },
);
export type ValidateRequestPart = Static<typeof ValidateRequestPart>;

const binary = (description: string) =>
  Type.Optional(
    Type.Unsafe<Uint8Array>({
      type: 'string',
      contentMediaType: 'application/octet-stream',
      format: 'binary',
      description,
    }),
  );

export const ValidateForm = exact(
  {
    request: ref(ValidateRequestPart),
    blockData: binary('The block data as a collator sends it, maybe a compressed blob.'),
    exportedPov: binary(
      'In place of it, a collator’s file (Cumulus’ --export-pov-to-path): SCALE of the PoV and of the validation data.',
    ),
  },
  { $id: 'ValidateForm', description: 'multipart/form-data: request, and one of blockData and exportedPov.' },
);
export interface ValidateForm {
  request: ValidateRequestPart;
  blockData?: Uint8Array;
  exportedPov?: Uint8Array;
}

export const ActiveLeaves = exact(
  {
    activated: Type.Optional(
      exact({ hash: ref(Hash), ancestors: Type.Optional(Type.Array(ref(Hash), { maxItems: 1_000 })) }),
    ),
    deactivated: Type.Optional(Type.Array(ref(Hash), { maxItems: 1_000 })),
  },
  {
    $id: 'ActiveLeaves',
    description: 'A change of the relay chain’s leaves, as the node’s overseer reports it.',
  },
);
export type ActiveLeaves = Static<typeof ActiveLeaves>;

export const PruneRequest = exact(
  {
    limitBytes: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Default: the host’s limit of its cache.' }),
    ),
    minStaleMs: Type.Optional(
      Type.Number({ minimum: 0, description: 'Spares what was used more recently. Default: the host’s.' }),
    ),
  },
  { $id: 'PruneRequest' },
);
export type PruneRequest = Static<typeof PruneRequest>;

export const PruneReport = exact(
  { removed: Type.Integer(), removedBytes: Type.Integer(), kept: Type.Integer(), keptBytes: Type.Integer() },
  { $id: 'PruneReport' },
);
