import Type, { type Static, type TSchema } from 'typebox';

/** A reference to a schema that has a name (`$id`), with its type. */
export function ref<S extends TSchema>(schema: S) {
  return Type.Unsafe<Static<S>>({ $ref: `${(schema as { $id?: string }).$id}#` });
}

/** An object that has these properties and no others: a misspelt one is refused. */
export function exact<P extends Record<string, TSchema>>(properties: P, options: object = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** One of these words. */
export function words<const W extends readonly string[]>(list: W, options: object = {}) {
  return Type.Unsafe<W[number]>({ type: 'string', enum: [...list], ...options });
}

/** `schema`, or null where nobody can tell. */
export function nullable<S extends TSchema>(schema: S, options: object = {}) {
  return Type.Unsafe<Static<S> | null>({ anyOf: [schema, { type: 'null' }], ...options });
}

export const U32_MAX = 0xffff_ffff;

export const Hash = Type.String({
  $id: 'Hash',
  pattern: '^0x[0-9a-fA-F]{64}$',
  description: '32 bytes, hexadecimal with 0x.',
});

export const HexBytes = Type.String({
  $id: 'HexBytes',
  pattern: '^0x([0-9a-fA-F]{2})*$',
  description: 'Bytes, hexadecimal with 0x.',
});

export const U32 = Type.Integer({ $id: 'U32', minimum: 0, maximum: U32_MAX });

/** A number of bytes, milliseconds or things. */
export const count = (description: string) => Type.Integer({ minimum: 0, description });
export const milliseconds = (description: string) => Type.Number({ minimum: 0, description });

export const ExecutionKind = words(['dispute', 'approval', 'backing-system', 'backing'], {
  $id: 'ExecutionKind',
  description:
    'Why a candidate is executed. Decides its place in the queue, its time limit and whether a doubt is tried again.',
});

export const Vote = words(['for', 'against', 'abstain', 'none', 'unchecked'], {
  $id: 'Vote',
  description:
    'for, against: vote so. abstain: a fault of this machine, or nobody can tell. none: nobody needs a vote any more. ' +
    'unchecked: there was no receipt, so that the answer is no vote.',
});

/** At most so many executor params; far more than there are kinds of them. */
const MAX_PARAMS = 10_000;

const U64 = Type.Unsafe<number | string>({
  anyOf: [
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'string', pattern: '^[0-9]{1,20}$' },
  ],
  description: 'A 64-bit number; as decimal text if a JSON number cannot hold it.',
});
const pair = <const W extends readonly string[]>(kinds: W) =>
  Type.Unsafe<[W[number], number | string]>({
    type: 'array',
    prefixItems: [{ type: 'string', enum: [...kinds] }, U64],
    items: false,
    minItems: 2,
    maxItems: 2,
  });

export const ExecutorParam = Type.Union(
  [
    exact({ MaxMemoryPages: ref(U32) }),
    exact({ StackLogicalMax: ref(U32) }),
    exact({ StackNativeMax: ref(U32) }),
    exact({ PrecheckingMaxMemory: U64 }),
    exact({ PvfPrepTimeout: pair(['Precheck', 'Prepare']) }),
    exact({ PvfExecTimeout: pair(['Backing', 'Approval']) }),
    exact({ EnabledHostFunction: words(['EccRfc163']) }),
    words(['WasmExtBulkMemory']),
  ],
  {
    $id: 'ExecutorParam',
    description: 'As chain tools print it. Pages of 64 KiB, values, bytes, milliseconds.',
  },
);

export const ExecutorParams = Type.Unsafe<Static<typeof ExecutorParam>[] | string>({
  $id: 'ExecutorParams',
  anyOf: [{ type: 'array', items: { $ref: 'ExecutorParam#' }, maxItems: MAX_PARAMS }, { $ref: 'HexBytes#' }],
  description:
    'Those of the session, in order: as chain tools print them, or their SCALE bytes. [] says that the chain has set none.',
});

/** Executor params in a request. */
export type ExecutorParamsJson = Static<typeof ExecutorParams>;
