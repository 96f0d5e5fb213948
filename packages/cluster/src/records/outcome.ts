import type { PrecheckOutcome, ValidationOutcome } from '@pvf/host';
import { ValidationResult } from '@pvf/protocol';
import Type, { type Static } from 'typebox';
import { badRecord } from './message.ts';
import { Count, exact, Hash, Milliseconds, optional, Text, words } from './parts.ts';

/** Integers of 64 bits as text. */
const Big = Type.String({ pattern: '^[0-9]{1,20}$' });
const Vote = words(['for', 'against', 'abstain', 'none', 'unchecked']);
const Uses = Type.Record(Type.String({ maxLength: 50 }), Type.Number());
const PrepareError = Type.Object({ type: Type.String({ maxLength: 50 }) }, { additionalProperties: Text });
const Artifact = exact({
  codeHash: Hash,
  prepHash: Hash,
  size: Count,
  fromCache: Type.Boolean(),
  stats: optional(
    exact({
      cpuTimeNs: Big,
      wallTimeMs: Milliseconds,
      maxRssBytes: optional(Count),
      maxResidentBytes: optional(Count),
      maxAllocatedBytes: optional(Count),
      peakTrackedAllocBytes: optional(Count),
      codeLength: Count,
    }),
  ),
});
const Line = exact({
  level: words(['error', 'warn', 'info', 'debug', 'trace']),
  target: Text,
  message: Text,
});
const Frame = Type.Union([
  exact({ type: Type.Literal('function'), index: Count, name: optional(Text) }),
  exact({ type: Type.Literal('host-function'), name: Text }),
]);
const Common = { requestId: Text, codeHash: Type.String({ maxLength: 64 }), totalMs: Milliseconds };
const Reason = {
  rule: optional(Type.String({ maxLength: 50 })),
  cause: optional(Type.String({ maxLength: 50 })),
  message: optional(Text),
  error: optional(PrepareError),
  prepareError: optional(PrepareError),
  deterministic: optional(Type.Boolean()),
  umpSignals: optional(Type.Object({ type: Type.String({ maxLength: 50 }) })),
};

export const ValidationRecord = exact({
  ...Common,
  ...Reason,
  kind: words([
    'valid',
    'invalid',
    'possibly-invalid',
    'chain-unavailable',
    'internal',
    'preparation-failed',
    'deadline-passed',
    'cancelled',
  ]),
  vote: Vote,
  candidateHash: optional(Hash),
  attempts: Count,
  queuedMs: Milliseconds,
  wallTimeMs: Milliseconds,
  cpuTimeNs: optional(Big),
  povSize: optional(Count),
  artifact: optional(Artifact),
  detail: exact({
    panic: optional(Text),
    logs: Type.Array(Line, { maxItems: 200 }),
    logsLeftOut: Count,
    backtrace: Type.Array(Frame, { maxItems: 200 }),
    used: Uses,
    limits: Uses,
  }),
});
export type ValidationRecord = Static<typeof ValidationRecord>;

export const PrecheckRecord = exact({
  ...Common,
  ...Reason,
  kind: words(['ok', 'failed', 'internal', 'deadline-passed', 'cancelled']),
  vote: Vote,
  artifact: optional(Artifact),
  detail: exact({ used: Uses, limits: Uses }),
});
export type PrecheckRecord = Static<typeof PrecheckRecord>;

/** An outcome as it goes over the wire, without what the PVF returned. */
export function outcomeRecord(outcome: ValidationOutcome | PrecheckOutcome): object {
  const {
    result: _,
    resultBytes: __,
    ...rest
  } = outcome as ValidationOutcome & {
    result?: unknown;
    resultBytes?: unknown;
  };
  return JSON.parse(
    JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  );
}

const VOTES: Readonly<Record<string, readonly string[]>> = {
  valid: ['for', 'unchecked'],
  invalid: ['against', 'unchecked'],
  'possibly-invalid': ['against', 'unchecked'],
  'deadline-passed': ['none'],
  cancelled: ['none'],
  ok: ['for'],
  failed: ['against'],
};
const RULED: ReadonlySet<string> = new Set(['invalid']);
const CAUSED: ReadonlySet<string> = new Set(['possibly-invalid', 'chain-unavailable', 'internal']);

/**
 * @param resultBytes what the PVF returned
 * @throws ClusterError BAD_RECORD: an outcome whose vote is not that of its kind, or that lacks what its kind has
 */
export function readValidation(record: ValidationRecord, resultBytes: Uint8Array): ValidationOutcome {
  requireVote(record);
  const big = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));
  const base = { ...record, cpuTimeNs: big(record.cpuTimeNs), ...artifactOf(record) };
  if (record.kind !== 'valid') {
    require(record, RULED.has(record.kind), 'rule');
    require(record, CAUSED.has(record.kind), 'cause');
    require(record, record.kind === 'preparation-failed', 'error');
    return base as unknown as ValidationOutcome;
  }
  if (record.povSize === undefined || record.cpuTimeNs === undefined)
    throw badRecord('a result', 'a valid candidate has a size and a CPU time');
  try {
    const result = ValidationResult.decodeExact(resultBytes);
    return { ...base, result, resultBytes } as unknown as ValidationOutcome;
  } catch {
    throw badRecord('a result', 'what the PVF returned cannot be read');
  }
}

/** @throws ClusterError BAD_RECORD */
export function readPrecheckOutcome(record: PrecheckRecord): PrecheckOutcome {
  requireVote(record);
  require(record, record.kind === 'failed', 'error');
  require(record, record.kind === 'internal', 'cause');
  require(record, record.kind === 'ok', 'artifact');
  return { ...record, ...artifactOf(record) } as unknown as PrecheckOutcome;
}

function artifactOf({ artifact }: { artifact?: Static<typeof Artifact> }) {
  if (artifact?.stats === undefined) return { artifact };
  return {
    artifact: { ...artifact, stats: { ...artifact.stats, cpuTimeNs: BigInt(artifact.stats.cpuTimeNs) } },
  };
}

function requireVote({ kind, vote }: { kind: string; vote: string }): void {
  if (!(VOTES[kind] ?? ['abstain']).includes(vote))
    throw badRecord('a result', `the vote of ${kind} is not ${vote}`);
}

function require(
  record: ValidationRecord | PrecheckRecord,
  needed: boolean,
  field: keyof typeof Reason | 'artifact',
) {
  if (needed && record[field] === undefined) throw badRecord('a result', `${record.kind} has no ${field}`);
  const told = record.kind === 'failed' || needed;
  if (told && field !== 'artifact' && record.message === undefined)
    throw badRecord('a result', `${record.kind} has no message`);
}
