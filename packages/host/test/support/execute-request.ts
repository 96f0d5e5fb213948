import type { ExecuteRequest } from '@pvf/protocol';

/** What an execute worker is asked, for tests to which little of it matters. */
export function executeRequest(rest: Partial<ExecuteRequest> = {}): ExecuteRequest {
  return {
    pvd: {
      parentHead: Uint8Array.of(1),
      relayParentNumber: 2,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 3,
    },
    pov: { blockData: Uint8Array.of(4) },
    executionTimeout: { secs: 2n, nanos: 500_000_000 },
    artifactChecksum: new Uint8Array(32),
    relayParent: new Uint8Array(32),
    schedulingParent: new Uint8Array(32),
    descriptorVersion: { type: 'V1' },
    ...rest,
  };
}
