import type { CandidateDescriptorVersion, CandidateReceipt, ClaimQueue } from './wire-types.ts';

/**
 * What the relay chain says about a candidate that is to be backed, asked at its scheduling parent (the relay parent,
 * but for V3). `undefined`: the chain could not be asked, or the runtime failed; where the answer matters, the outcome
 * is to abstain. Names are those of the reference's runtime API `ParachainHost`.
 */
export interface ChainAnswers {
  /** `session_index_for_child()`: the session in which a child of the scheduling parent is made. */
  sessionIndexForChild: number | undefined;
  /**
   * Whether `ancestor_relay_parent_info(session of the receipt, relay parent)` finds something. `not-supported`: the
   * runtime has no such call, and relay parents of other sessions do not exist then. Matters for V3 whose scheduling
   * parent is not the relay parent.
   */
  ancestorRelayParentInfo: 'found' | 'missing' | 'not-supported' | undefined;
  /** `claim_queue()`. */
  claimQueue: ClaimQueue | undefined;
}

/** What a vote is about. Relay parent, scheduling parent and descriptor version are the receipt's. */
export type Claim = {
  /** SCALE bytes of the receipt, all of them, or the decoded value. */
  receipt: Uint8Array | CandidateReceipt;
  /**
   * Whether the node has ever seen a session with the node feature `CandidateReceiptV3` (bit 4 of
   * `ParachainHost_node_features`). It decides which version a descriptor has, and what its PVF gets.
   */
  v3Seen: boolean;
  relayParent?: undefined;
  schedulingParent?: undefined;
  descriptorVersion?: undefined;
} & (
  | { kind: 'backing' | 'backing-system'; chain: ChainAnswers }
  /** The runtime made the checks against the chain when the candidate was backed. */
  | { kind: 'approval' | 'dispute'; chain?: undefined }
);

/** In place of a {@link Claim}: what the PVF gets. Nothing is compared with a receipt, and there is no vote. */
export type NoClaim = {
  kind: 'dispute' | 'approval' | 'backing-system' | 'backing';
  receipt?: undefined;
  v3Seen?: undefined;
  chain?: undefined;
} & (
  | {
      descriptorVersion: Extract<CandidateDescriptorVersion, { type: 'V3' }>;
      /** 32 bytes; the PVF sees it. */
      relayParent: Uint8Array;
      /** 32 bytes; the PVF sees it, and `updateActiveLeaves` tells by it whether a backing job still matters. */
      schedulingParent: Uint8Array;
    }
  | {
      /** Default V1: the PVF gets the same as with every version but V3. */
      descriptorVersion?: Exclude<CandidateDescriptorVersion, { type: 'V3' }>;
      /** 32 bytes; default zeros. PVFs see it only with V3. */
      relayParent?: Uint8Array;
      /** 32 bytes; default zeros. With it `updateActiveLeaves` tells which backing jobs still matter. */
      schedulingParent?: Uint8Array;
    }
);
