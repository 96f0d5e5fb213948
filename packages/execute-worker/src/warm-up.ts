import { closeSync, openSync } from 'node:fs';
import { emptyGuest, type GuestInstance, instantiate } from '@pvf/executor';
import { ExecuteRequest, ValidationResult } from '@pvf/protocol';
import { writeFrame } from '@pvf/worker';
import { executeJob } from './job/execute.ts';
import type { GuestSettings } from './job/guest.ts';

/** Rounds after which V8 has allocated what it keeps per function; each job would otherwise do so anew. */
const ROUNDS = 10;

const HASH = new Uint8Array(32);
const REQUEST = ExecuteRequest.encode({
  pvd: { parentHead: HASH, relayParentNumber: 0, relayParentStorageRoot: HASH, maxPovSize: 0 },
  pov: { blockData: HASH },
  executionTimeout: { secs: 1n, nanos: 0 },
  artifactChecksum: HASH,
  relayParent: HASH,
  schedulingParent: HASH,
  descriptorVersion: { type: 'V1' },
});
const RESULT = ValidationResult.encode({
  headData: HASH,
  newValidationCode: undefined,
  upwardMessages: [],
  horizontalMessages: [],
  processedDownwardMessages: 0,
  hrmpWatermark: 0,
});
const GUEST_OF_REHEARSAL: GuestInstance = { run: () => ({ type: 'output', bytes: RESULT }) };

/** Runs an empty guest a few times before any job is forked, so that jobs inherit compiled bytecode. */
export function warmUp(settings: GuestSettings): void {
  const artifact = emptyGuest();
  const sink = openSync('/dev/null', 'w');
  try {
    for (let round = 0; round < ROUNDS; round++) {
      rehearse();
      const status = executeJob(
        REQUEST,
        (parts) => writeFrame(sink, parts),
        () => instantiate(artifact, settings),
      );
      if (status !== 0) throw new Error(`the warm-up guest ended with status ${status}`);
    }
  } finally {
    closeSync(sink);
  }
}

/**
 * All that a job does but its guest's work, for nobody. A forked process meets its memory page by page, at one fault
 * each: a job that waits for its request has most of that behind it when the request comes.
 */
export function rehearse(): void {
  executeJob(
    REQUEST,
    () => {},
    () => GUEST_OF_REHEARSAL,
  );
}
