import {
  blake2b256,
  CandidateCommitments,
  checkUmpSignals,
  commitmentsOf,
  PersistedValidationData,
  PoV,
  povEncodedSize,
  type UmpCheckError,
  type ValidationResult,
} from '@pvf/protocol';
import { toHex } from '../hex.ts';
import type { ChainQuestion, PovSizeRule, ReceiptRule } from '../outcome.ts';
import { type Threads, toSharedInTurn } from '../threads/index.ts';
import type { CheckedCandidate } from './check.ts';
import type { CheckedClaim } from './check-claim.ts';

/** Why a candidate is not what its receipt says, or why nobody can tell. */
export type ReceiptFinding =
  | { type: 'invalid'; rule: ReceiptRule | PovSizeRule; message: string; umpSignals?: UmpCheckError }
  | { type: 'chain-unavailable'; cause: ChainQuestion; message: string };

/** Hashed at once on the calling thread: a quarter of a millisecond. Bytes. */
const SMALL_BYTES = 8 * 1024;

/**
 * What can be said before the execution, undefined if that is nothing against it. Without a receipt only the PoV's size
 * is looked at.
 *
 * Rules and order: `pre_validate_candidate` of polkadot-node-core-candidate-validation 36.0.0.
 *
 * @param codeHash hex
 */
export async function findBeforeExecution(
  threads: Pick<Threads, 'hash'>,
  candidate: CheckedCandidate,
  codeHash: string,
): Promise<ReceiptFinding | undefined> {
  const { validationData, claim } = candidate;
  const pov = { blockData: candidate.blockData };
  const descriptor = claim?.receipt.descriptor;
  const differs = async (rule: ReceiptRule, expected: Uint8Array, found: () => Promise<string>) => {
    const hash = await found();
    return hash === toHex(expected) ? undefined : mismatch(rule, toHex(expected), hash);
  };

  if (descriptor !== undefined) {
    const parts = PersistedValidationData.encodeParts(validationData);
    const expected = descriptor.persistedValidationDataHash;
    const finding = await differs('validation-data-hash', expected, () => blake2Of(threads, parts));
    if (finding !== undefined) return finding;
  }
  const size = povEncodedSize(pov);
  if (size > validationData.maxPovSize) {
    const message = `the encoded PoV has ${size} bytes, the validation data allow ${validationData.maxPovSize}`;
    return { type: 'invalid', rule: 'pov-size', message };
  }
  if (claim === undefined || descriptor === undefined) return undefined;
  return (
    (await differs('pov-hash', descriptor.povHash, () => blake2Of(threads, PoV.encodeParts(pov)))) ??
    (await differs('code-hash', descriptor.validationCodeHash, async () => codeHash)) ??
    findOnChain(claim)
  );
}

/** The checks of backers: a candidate that the runtime would not include must not be backed. */
function findOnChain({ receipt, view, chain }: CheckedClaim): ReceiptFinding | undefined {
  if (chain === undefined) return undefined;
  const { sessionIndexForChild, ancestorRelayParentInfo, claimQueue } = chain;
  if (sessionIndexForChild === undefined) return unavailable('scheduling-session');
  if (view.schedulingSession !== undefined && view.schedulingSession !== sessionIndexForChild) {
    return mismatch('scheduling-session', String(view.schedulingSession), String(sessionIndexForChild));
  }
  if (view.sessionIndex !== undefined) {
    const { relayParent } = receipt.descriptor;
    const isScheduling = toHex(relayParent) === toHex(view.schedulingParent);
    // A block is not among its own ancestors: it is in the session of the scheduling parent.
    const found = isScheduling
      ? sameSession(view.sessionIndex, sessionIndexForChild)
      : ancestorRelayParentInfo;
    if (found === undefined) return unavailable('relay-parent-session');
    if (found === 'missing') {
      return {
        type: 'invalid',
        rule: 'relay-parent-session',
        message: `the relay parent ${toHex(relayParent)} is not known in session ${view.sessionIndex}`,
      };
    }
  }
  return claimQueue === undefined ? unavailable('claim-queue') : undefined;
}

function sameSession(claimed: number, actual: number): 'found' | 'missing' {
  return claimed === actual ? 'found' : 'missing';
}

/**
 * What a result that the PVF accepted says against the receipt.
 *
 * Rules and order: `validate_candidate` of polkadot-node-core-candidate-validation 36.0.0.
 */
export async function findAfterExecution(
  threads: Pick<Threads, 'hash'>,
  { receipt, chain }: CheckedClaim,
  result: ValidationResult,
): Promise<ReceiptFinding | undefined> {
  const { descriptor, commitmentsHash } = receipt;
  const paraHead = await blake2Of(threads, [result.headData]);
  if (paraHead !== toHex(descriptor.paraHead)) {
    return mismatch('para-head', toHex(descriptor.paraHead), paraHead);
  }
  const commitments = commitmentsOf(result);
  const hash = await blake2Of(threads, CandidateCommitments.encodeParts(commitments));
  if (hash !== toHex(commitmentsHash)) return mismatch('commitments-hash', toHex(commitmentsHash), hash);
  if (chain?.claimQueue === undefined) return undefined;
  const signals = checkUmpSignals({ descriptor, commitments }, chain.claimQueue);
  if (signals.ok) return undefined;
  const { error } = signals;
  return { type: 'invalid', rule: 'ump-signals', message: describe(error), umpSignals: error };
}

/** blake2-256 of the pieces one after the other, hex; on a thread unless they are small. */
async function blake2Of(threads: Pick<Threads, 'hash'>, parts: readonly Uint8Array[]): Promise<string> {
  const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size <= SMALL_BYTES) return toHex(blake2b256(Buffer.concat(parts, size)));
  return await threads.hash({ parts: await Promise.all(parts.map((part) => toSharedInTurn(part))) });
}

function mismatch(rule: ReceiptRule, claimed: string, actual: string): ReceiptFinding {
  return { type: 'invalid', rule, message: `the receipt says ${claimed}, but it is ${actual}` };
}

const QUESTIONS: Record<ChainQuestion, string> = {
  'scheduling-session': "the scheduling parent's session",
  'relay-parent-session': 'whether the relay parent is in the session that the receipt says',
  'claim-queue': 'the claim queue at the scheduling parent',
};

function unavailable(cause: ChainQuestion): ReceiptFinding {
  return { type: 'chain-unavailable', cause, message: `the relay chain did not say ${QUESTIONS[cause]}` };
}

function describe(error: UmpCheckError): string {
  switch (error.type) {
    case 'UmpSignalDecode':
      return 'an upward message behind the separator is not a signal';
    case 'DuplicateUMPSignal':
      return 'two signals of one kind';
    case 'TooManyUMPSignals':
      return 'more than two signals';
    case 'UMPSignalWithV1Descriptor':
      return 'a V1 receipt must not come with signals';
    case 'NoUMPSignalWithV3Descriptor':
      return 'a V3 receipt must come with signals';
    case 'UnknownVersion':
      return `nobody knows receipts with version byte ${error.value}`;
    case 'NoAssignment':
      return 'the claim queue gives the para no core at the depth that the candidate means';
    case 'InvalidCoreIndex':
      return 'the claim queue gives the para other cores than the one of the receipt';
    case 'CoreIndexMismatch':
      return `the receipt is for core ${error.descriptor}, the candidate for core ${error.commitments}`;
    default:
      return error satisfies never;
  }
}
