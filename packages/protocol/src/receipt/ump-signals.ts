import { isProtocolError } from '../errors.ts';
import { boundedBytes, codec, type Result, u8, variants } from '../scale/index.ts';
import type { CandidateCommitments } from '../types/candidate.ts';

/** Longest peer id of a signal, bytes. */
export const MAX_APPROVED_PEER_BYTES = 64;

/** Signals in one candidate. */
const MAX_SIGNALS = 2;

/** A message from a parachain to the validators, behind an empty upward message that ends the ordinary ones. */
export type UmpSignal =
  /**
   * The candidate is for core number `coreSelector`, modulo their count, of those that the claim queue gives to the
   * para at depth `claimQueueOffset`.
   */
  | { readonly type: 'SelectCore'; readonly coreSelector: number; readonly claimQueueOffset: number }
  /** The collator's peer deserves a better reputation; at most {@link MAX_APPROVED_PEER_BYTES}. */
  | { readonly type: 'ApprovedPeer'; readonly value: Uint8Array };

/** SCALE codec of {@link UmpSignal}; decoding throws `ProtocolError`. */
export const UmpSignal = codec<UmpSignal>(
  'UmpSignal',
  variants<UmpSignal>({
    SelectCore: [0, { coreSelector: u8, claimQueueOffset: u8 }],
    ApprovedPeer: [1, { value: boundedBytes(MAX_APPROVED_PEER_BYTES) }],
  }),
);

/** At most one signal of each kind. */
export interface UmpSignals {
  /** Which core the parachain chose; u8 each. Undefined: it has not said. */
  readonly selectCore: { readonly coreSelector: number; readonly claimQueueOffset: number } | undefined;
  /** The collator peer that it approves, as it wrote it. Undefined: it has not said. */
  readonly approvedPeer: Uint8Array | undefined;
}

/** What is wrong with the signals of a candidate. */
export type UmpSignalsError =
  | { readonly type: 'UmpSignalDecode' }
  | { readonly type: 'DuplicateUMPSignal' }
  | { readonly type: 'TooManyUMPSignals' };

export const NO_SIGNALS: UmpSignals = { selectCore: undefined, approvedPeer: undefined };

/**
 * The signals among a candidate's upward messages: those behind the first empty one. As in the reference, bytes behind
 * a signal are accepted, and a second empty message is a signal that does not decode.
 */
export function umpSignals(
  commitments: Pick<CandidateCommitments, 'upwardMessages'>,
): Result<UmpSignals, UmpSignalsError> {
  const { upwardMessages } = commitments;
  const separator = upwardMessages.findIndex(({ byteLength }) => byteLength === 0);
  if (separator < 0) return { ok: true, value: NO_SIGNALS };
  const messages = upwardMessages.slice(separator + 1);
  let signals = NO_SIGNALS;
  // Which error a candidate has depends on this order: the first two are read before they are counted.
  for (const message of messages.slice(0, MAX_SIGNALS)) {
    const signal = decode(message);
    if (signal === undefined) return { ok: false, error: { type: 'UmpSignalDecode' } };
    const known = signal.type === 'SelectCore' ? signals.selectCore : signals.approvedPeer;
    if (known !== undefined) return { ok: false, error: { type: 'DuplicateUMPSignal' } };
    signals = withSignal(signals, signal);
  }
  if (messages.length > MAX_SIGNALS) return { ok: false, error: { type: 'TooManyUMPSignals' } };
  return { ok: true, value: signals };
}

function withSignal(signals: UmpSignals, signal: UmpSignal): UmpSignals {
  if (signal.type === 'ApprovedPeer') return { ...signals, approvedPeer: signal.value };
  const { coreSelector, claimQueueOffset } = signal;
  return { ...signals, selectCore: { coreSelector, claimQueueOffset } };
}

function decode(message: Uint8Array): UmpSignal | undefined {
  try {
    return UmpSignal.decode(message);
  } catch (error) {
    if (isProtocolError(error)) return undefined;
    throw error;
  }
}
