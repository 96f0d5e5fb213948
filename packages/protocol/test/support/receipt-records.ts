import * as protocol from '../../src/index.ts';
import { fromHex, toHex, toVectorNotation } from './notation.ts';

// What the golden records about receipts say, computed with this package: the notation of `receipt.json`, for the
// whole file (test/shared) and for the sample that every run checks (test/receipt.test.ts).

/** Everything that a record of type `CandidateReceipt` holds about the receipt `hex`. */
export function receiptRecord(hex: string): Record<string, unknown> {
  const receipt = protocol.CandidateReceipt.decodeExact(fromHex(hex));
  const { descriptor } = receipt;
  const view = protocol.describeDescriptor(descriptor);
  const raw = toVectorNotation({ ...descriptor, commitmentsHash: receipt.commitmentsHash });
  const acceptance = (v3Enabled: boolean) =>
    protocol.isVersionAcceptable(descriptor, v3Enabled) ? { ok: null } : { err: { type: 'Inconsistency' } };
  return {
    raw,
    hash: toHex(protocol.candidateHash(receipt)),
    hex: toHex(protocol.CandidateReceipt.encode(receipt)),
    version: toVectorNotation(view.version),
    version_old_rules: toVectorNotation(protocol.descriptorVersionByOldRules(descriptor)),
    check_version_consistency: protocol.isVersionConsistent(descriptor),
    check_version_acceptance: { v3_disabled: acceptance(false), v3_enabled: acceptance(true) },
    core_index: protocol.descriptorCoreIndex(descriptor) ?? null,
    session_index: view.sessionIndex ?? null,
    scheduling_parent: toHex(view.schedulingParent),
    scheduling_session: view.schedulingSession ?? null,
    for_candidate_validation: [false, true].map((v3Seen) => ({
      v3_seen: v3Seen,
      ...(toVectorNotation(protocol.descriptorForValidation(descriptor, v3Seen)) as object),
    })),
  };
}

/** Signals, or why there are none, without the texts that the reference prints. */
export function signalsRecord(
  result: protocol.Result<protocol.UmpSignals, protocol.UmpCheckError>,
): Record<string, unknown> {
  return toVectorNotation(result) as Record<string, unknown>;
}

/** The claim queue by para, as the records print it. */
export function transposedRecord(queue: protocol.ClaimQueue): unknown {
  return [...protocol.transposeClaimQueue(queue)]
    .sort(([a], [b]) => a - b)
    .map(([para, depths]) => ({
      para,
      depths: [...depths].sort(([a], [b]) => a - b).map(([depth, cores]) => ({ depth, cores })),
    }));
}

/** A record's signals without the wording of errors. */
export function withoutDisplay(record: unknown): unknown {
  const { err } = record as { err?: { display?: string } };
  if (err === undefined) return record;
  const { display: _, ...rest } = err;
  return { err: rest };
}
