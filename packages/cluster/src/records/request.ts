import type { Claim, NoClaim, PrecheckRequest, RequestControl, ValidateRequest } from '@pvf/host';
import { CandidateReceipt, ClaimQueue, ExecutorParams, PersistedValidationData } from '@pvf/protocol';
import type { Static } from 'typebox';
import Type from 'typebox';
import { badRecord } from './message.ts';
import { exact, fromHex, Hash, Hex, optional, toHex, U32, words } from './parts.ts';

type Bare<T> = T extends unknown ? Omit<T, keyof RequestControl | 'code'> : never;

/** What is asked about a candidate; its PVF is named beside it. */
export type ValidateInput = Bare<ValidateRequest>;
/** What is asked about a PVF. */
export type PrecheckInput = Bare<PrecheckRequest>;

const Pvf = { executorParams: Hex, bombLimit: U32 };
const Chain = exact({
  sessionIndexForChild: optional(U32),
  ancestorRelayParentInfo: optional(words(['found', 'missing', 'not-supported'])),
  claimQueue: optional(Hex),
});
const About = Type.Union([
  exact({ receipt: Hex, v3Seen: Type.Boolean(), chain: optional(Chain) }),
  exact({
    version: optional(words(['V1', 'V2', 'V3', 'Unknown'])),
    versionByte: optional(Type.Integer({ minimum: 0, maximum: 255 })),
    relayParent: optional(Hash),
    schedulingParent: optional(Hash),
  }),
]);
export const RequestRecord = Type.Union([
  exact({ task: Type.Literal('precheck'), ...Pvf }),
  exact({
    task: Type.Literal('validate'),
    ...Pvf,
    kind: words(['dispute', 'approval', 'backing-system', 'backing']),
    timeoutMs: optional(Type.Integer({ minimum: 0, maximum: 0xffff_ffff })),
    validationData: Hex,
    about: About,
  }),
]);
export type RequestRecord = Static<typeof RequestRecord>;
type About = Static<typeof About>;

export function precheckRecord({ executorParams, validationCodeBombLimit }: PrecheckInput): RequestRecord {
  return {
    task: 'precheck',
    executorParams: toHex(ExecutorParams.encode(executorParams)),
    bombLimit: validationCodeBombLimit,
  };
}

/** All but the PoV. */
export function validateRecord(input: ValidateInput): RequestRecord {
  const { executorParams, validationCodeBombLimit, kind, executionTimeoutMs, validationData } = input;
  return {
    task: 'validate',
    executorParams: toHex(ExecutorParams.encode(executorParams)),
    bombLimit: validationCodeBombLimit,
    kind,
    ...(executionTimeoutMs !== undefined && { timeoutMs: executionTimeoutMs }),
    validationData: toHex(PersistedValidationData.encode(validationData)),
    about: aboutOf(input),
  };
}

function aboutOf(input: ValidateInput): About {
  if (input.receipt !== undefined) {
    const { receipt, v3Seen, chain } = input as Claim;
    const bytes = receipt instanceof Uint8Array ? receipt : CandidateReceipt.encode(receipt);
    const record = { receipt: toHex(bytes), v3Seen };
    if (chain === undefined) return record;
    const { sessionIndexForChild, ancestorRelayParentInfo, claimQueue } = chain;
    return {
      ...record,
      chain: {
        ...(sessionIndexForChild !== undefined && { sessionIndexForChild }),
        ...(ancestorRelayParentInfo !== undefined && { ancestorRelayParentInfo }),
        ...(claimQueue !== undefined && { claimQueue: toHex(ClaimQueue.encode(claimQueue)) }),
      },
    };
  }
  const { descriptorVersion: version, relayParent, schedulingParent } = input as NoClaim;
  return {
    ...(version !== undefined && { version: version.type }),
    ...(version?.type === 'Unknown' && { versionByte: version.value }),
    ...(relayParent !== undefined && { relayParent: toHex(relayParent) }),
    ...(schedulingParent !== undefined && { schedulingParent: toHex(schedulingParent) }),
  };
}

/** @throws ClusterError BAD_RECORD */
export function readPrecheck(record: RequestRecord): PrecheckInput {
  return decoding(() => ({
    executorParams: ExecutorParams.decodeExact(fromHex(record.executorParams)),
    validationCodeBombLimit: record.bombLimit,
  }));
}

/** @throws ClusterError BAD_RECORD; what the host refuses it refuses itself */
export function readValidate(
  record: Extract<RequestRecord, { task: 'validate' }>,
  blockData: Uint8Array,
): ValidateInput {
  return decoding(
    () =>
      ({
        ...readPrecheck(record),
        kind: record.kind,
        validationData: PersistedValidationData.decodeExact(fromHex(record.validationData)),
        pov: { blockData },
        ...(record.timeoutMs !== undefined && { executionTimeoutMs: record.timeoutMs }),
        ...readAbout(record.about),
      }) as ValidateInput,
  );
}

function readAbout(about: About): object {
  if ('receipt' in about) {
    const { receipt, v3Seen, chain } = about;
    const claim = { receipt: fromHex(receipt), v3Seen };
    if (chain === undefined) return claim;
    const { sessionIndexForChild, ancestorRelayParentInfo, claimQueue } = chain;
    const queue = claimQueue === undefined ? undefined : ClaimQueue.decodeExact(fromHex(claimQueue));
    return { ...claim, chain: { sessionIndexForChild, ancestorRelayParentInfo, claimQueue: queue } };
  }
  const { version, versionByte, relayParent, schedulingParent } = about;
  return {
    ...(version !== undefined && {
      descriptorVersion:
        version === 'Unknown' ? { type: version, value: versionByte ?? 0 } : { type: version },
    }),
    ...(relayParent !== undefined && { relayParent: fromHex(relayParent) }),
    ...(schedulingParent !== undefined && { schedulingParent: fromHex(schedulingParent) }),
  };
}

function decoding<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw badRecord('a job', String((error as Error).message).slice(0, 200));
  }
}
