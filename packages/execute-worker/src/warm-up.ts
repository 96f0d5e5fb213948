import { closeSync, openSync } from 'node:fs';
import { emptyGuest, instantiate } from '@pvf/executor';
import { type CandidateDescriptorVersion, ExecuteRequest } from '@pvf/protocol';
import { executeJob } from './job/execute.ts';
import type { GuestSettings } from './job/guest.ts';

/** Rounds after which V8 has allocated what it keeps per function; each job would otherwise do so anew. */
const ROUNDS = 10;

/** Runs an empty guest a few times before any job is forked, so that jobs inherit compiled bytecode. */
export function warmUp(settings: GuestSettings): void {
  const artifact = emptyGuest();
  const hash = new Uint8Array(32);
  const descriptorVersion: CandidateDescriptorVersion = { type: 'V1' };
  const request = ExecuteRequest.encode({
    pvd: { parentHead: hash, relayParentNumber: 0, relayParentStorageRoot: hash, maxPovSize: 0 },
    pov: { blockData: hash },
    executionTimeout: { secs: 1n, nanos: 0 },
    artifactChecksum: hash,
    relayParent: hash,
    schedulingParent: hash,
    descriptorVersion,
  });
  const sink = openSync('/dev/null', 'w');
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const status = executeJob(request, sink, () => instantiate(artifact, settings));
      if (status !== 0) throw new Error(`the warm-up guest ended with status ${status}`);
    }
  } finally {
    closeSync(sink);
  }
}
