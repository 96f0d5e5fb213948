import type { CandidateDescriptor } from '../types/candidate.ts';
import type { CandidateDescriptorVersion } from '../types/execute.ts';

/** Bytes of `reserved1` that tell a collator's key (V1) from reserved zeros, once V3 exists. */
const V1_PROBE_BYTES = 16;

const MAX_SESSION = 0xffff_ffff;

/** The part of a descriptor that depends on its version. */
export interface DescriptorView {
  /** By the rules that this view was made by. */
  readonly version: CandidateDescriptorVersion;
  /** The descriptor's own for V3, else the relay parent. 32 bytes. */
  readonly schedulingParent: Uint8Array;
  /** Session of the scheduling parent; undefined for V1 and unknown versions, which do not say. */
  readonly schedulingSession: number | undefined;
  /** Session of the relay parent; undefined for V1, and in {@link descriptorForValidation} for unknown versions. */
  readonly sessionIndex: number | undefined;
}

/** The version by the rules of runtimes that know V3: of the reserved bytes, 16 decide about V1. */
export function descriptorVersion(descriptor: CandidateDescriptor): CandidateDescriptorVersion {
  if (!isZero(descriptor.reserved1.subarray(0, V1_PROBE_BYTES))) return { type: 'V1' };
  switch (descriptor.version) {
    case 0:
      return { type: 'V2' };
    case 1:
      return { type: 'V3' };
    default:
      return { type: 'Unknown', value: descriptor.version };
  }
}

/** The version by the rules before V3: anything but zeros in a place that V2 reserves makes a V1. */
export function descriptorVersionByOldRules(descriptor: CandidateDescriptor): CandidateDescriptorVersion {
  const { reserved1, reserved2, schedulingParent, schedulingSessionOffset, version } = descriptor;
  const reserved = isZero(reserved1) && isZero(reserved2) && isZero(schedulingParent);
  if (!reserved || schedulingSessionOffset !== 0) return { type: 'V1' };
  return version === 0 ? { type: 'V2' } : { type: 'Unknown', value: version };
}

/** Whether old and new rules see the same version. */
export function isVersionConsistent(descriptor: CandidateDescriptor): boolean {
  // Where both rules see an unknown version, it is the same byte.
  return descriptorVersion(descriptor).type === descriptorVersionByOldRules(descriptor).type;
}

/**
 * Whether a runtime includes candidates with such a descriptor: both rules must agree, but for a V3 once the chain has
 * enabled it. (A V3 before that never gets past the first condition.)
 *
 * @param v3Enabled whether the node feature `CandidateReceiptV3` is set
 */
export function isVersionAcceptable(descriptor: CandidateDescriptor, v3Enabled: boolean): boolean {
  return isVersionConsistent(descriptor) || (v3Enabled && descriptorVersion(descriptor).type === 'V3');
}

/** Core that a V2, V3 or unknown descriptor names; undefined for V1. */
export function descriptorCoreIndex(descriptor: CandidateDescriptor): number | undefined {
  return descriptorVersion(descriptor).type === 'V1' ? undefined : descriptor.coreIndex;
}

/** A descriptor by the new rules, whatever the chain has enabled. */
export function describeDescriptor(descriptor: CandidateDescriptor): DescriptorView {
  const version = descriptorVersion(descriptor);
  const sessionIndex = version.type === 'V1' ? undefined : descriptor.sessionIndex;
  return { ...viewOf(descriptor, version), sessionIndex };
}

/**
 * A descriptor as validation must see it. Before a node has seen V3 enabled it uses the rules of nodes that do not know
 * V3: else a collator could make a descriptor that old backers execute as V1 and new validators as V3, and who is in
 * the right would depend on who voted first.
 *
 * @param v3Seen whether any block that this node has seen has the node feature `CandidateReceiptV3` (bit 4) set; once
 *   true it stays true
 */
export function descriptorForValidation(descriptor: CandidateDescriptor, v3Seen: boolean): DescriptorView {
  return viewOf(descriptor, v3Seen ? descriptorVersion(descriptor) : descriptorVersionByOldRules(descriptor));
}

function viewOf(descriptor: CandidateDescriptor, version: CandidateDescriptorVersion): DescriptorView {
  const { relayParent, schedulingParent, sessionIndex, schedulingSessionOffset } = descriptor;
  switch (version.type) {
    case 'V1':
    case 'Unknown':
      return {
        version,
        schedulingParent: relayParent,
        schedulingSession: undefined,
        sessionIndex: undefined,
      };
    case 'V2':
      return { version, schedulingParent: relayParent, schedulingSession: sessionIndex, sessionIndex };
    case 'V3': {
      const schedulingSession = Math.min(sessionIndex + schedulingSessionOffset, MAX_SESSION);
      return { version, schedulingParent, schedulingSession, sessionIndex };
    }
    default:
      return version satisfies never;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
