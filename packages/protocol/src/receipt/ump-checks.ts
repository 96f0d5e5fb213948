import type { Result } from '../scale/index.ts';
import type { CommittedCandidateReceipt } from '../types/candidate.ts';
import type { ClaimQueue } from '../types/claim-queue.ts';
import { descriptorVersion } from './descriptor.ts';
import { NO_SIGNALS, type UmpSignals, type UmpSignalsError, umpSignals } from './ump-signals.ts';

/** Depth of the claim queue that a candidate without `SelectCore` means. */
const DEFAULT_CLAIM_QUEUE_OFFSET = 0;

/** Why a backer must not back a candidate: its signals, or the core that it names. */
export type UmpCheckError =
  | UmpSignalsError
  /** A V1 descriptor must not come with signals. */
  | { readonly type: 'UMPSignalWithV1Descriptor' }
  /** A V3 descriptor must. */
  | { readonly type: 'NoUMPSignalWithV3Descriptor' }
  /** The version byte of the descriptor. */
  | { readonly type: 'UnknownVersion'; readonly value: number }
  /** The claim queue gives the para no core at the depth that the candidate means. */
  | { readonly type: 'NoAssignment' }
  /** The para has several cores at that depth, and the descriptor names none of them. */
  | { readonly type: 'InvalidCoreIndex' }
  /** The signals select another core than the descriptor. */
  | { readonly type: 'CoreIndexMismatch'; readonly descriptor: number; readonly commitments: number };

/** Cores in ascending order by para id and depth. */
export type TransposedClaimQueue = ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>;

/** Which cores serve a para at which depth. As in the reference, depths are u8 and wrap. */
export function transposeClaimQueue(queue: ClaimQueue): TransposedClaimQueue {
  const byPara = new Map<number, Map<number, number[]>>();
  for (const { core, paras } of [...queue].sort((a, b) => a.core - b.core)) {
    for (const [position, para] of paras.entries()) {
      const depth = position & 0xff;
      const depths = byPara.get(para) ?? new Map<number, number[]>();
      byPara.set(para, depths);
      const cores = depths.get(depth) ?? [];
      depths.set(depth, cores);
      if (cores.at(-1) !== core) cores.push(core);
    }
  }
  return byPara;
}

/**
 * The check of a candidate's signals that backers make, and nobody else: what is disputed was checked by the runtime
 * already. The descriptor's version is always the one by the new rules.
 *
 * Rule: `CommittedCandidateReceiptV2::parse_ump_signals` of polkadot-primitives 26.0.0.
 *
 * @param queue the claim queue at the scheduling parent
 * @returns the signals; none for V1
 */
export function checkUmpSignals(
  { descriptor, commitments }: CommittedCandidateReceipt,
  queue: ClaimQueue,
): Result<UmpSignals, UmpCheckError> {
  const parsed = umpSignals(commitments);
  if (!parsed.ok) return parsed;
  const signals = parsed.value;
  const isEmpty = signals.selectCore === undefined && signals.approvedPeer === undefined;
  const version = descriptorVersion(descriptor);
  switch (version.type) {
    case 'V1':
      return isEmpty ? { ok: true, value: NO_SIGNALS } : failed({ type: 'UMPSignalWithV1Descriptor' });
    case 'Unknown':
      return failed({ type: 'UnknownVersion', value: version.value });
    case 'V2':
      break;
    case 'V3':
      if (isEmpty) return failed({ type: 'NoUMPSignalWithV3Descriptor' });
      break;
    default:
      return version satisfies never;
  }
  const error = checkCore(signals, descriptor.paraId, descriptor.coreIndex, queue);
  return error === undefined ? { ok: true, value: signals } : failed(error);
}

function checkCore(
  { selectCore }: UmpSignals,
  paraId: number,
  claimed: number,
  queue: ClaimQueue,
): UmpCheckError | undefined {
  const depth = selectCore?.claimQueueOffset ?? DEFAULT_CLAIM_QUEUE_OFFSET;
  const cores = transposeClaimQueue(queue).get(paraId)?.get(depth);
  if (cores === undefined) return { type: 'NoAssignment' };
  if (selectCore === undefined && cores.length > 1) {
    return cores.includes(claimed) ? undefined : { type: 'InvalidCoreIndex' };
  }
  const selected = cores[(selectCore?.coreSelector ?? 0) % cores.length] as number;
  if (selected === claimed) return undefined;
  return { type: 'CoreIndexMismatch', descriptor: claimed, commitments: selected };
}

function failed(error: UmpCheckError): { ok: false; error: UmpCheckError } {
  return { ok: false, error };
}
