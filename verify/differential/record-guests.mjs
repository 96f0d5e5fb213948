#!/usr/bin/env node
// Records what the reference's workers make of the guests of @pvf/test-kit, for a test of @pvf/execute-worker:
// `node scripts/run.mjs node verify/differential/record-guests.mjs DIR`, DIR with the reference's worker programs. Prints JSON.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactChecksum, codeHash, ValidationResult } from '@pvf/protocol';
import { GUEST_ANSWERS, GUEST_INPUT, GUEST_NAMES, guest } from '@pvf/test-kit';
import { ExecuteWorker, NO_SECURITY, PrepareWorker } from './driver/index.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: record-guests.mjs DIR');
  process.exit(2);
}
const PREPARATION = { secs: 60n, nanos: 0 };
/** Those that never end are stopped at once; the others get all the time that they want. */
const SHORT = { secs: 0n, nanos: 500_000_000 };
const LONG = { secs: 30n, nanos: 0 };
const HASH = new Uint8Array(32);
const work = mkdtempSync(join(tmpdir(), 'pvf-record-'));
const artifact = join(work, 'artifact');
const options = (kind) => ({
  program: join(directory, `pvf-reference-${kind}-worker`),
  security: NO_SECURITY,
});
const prepareWorker = await PrepareWorker.spawn(options('prepare'));
const executeWorker = await ExecuteWorker.spawn({ ...options('execute'), executorParams: [] });

/** The preparation's error, or the answer to the candidate; of results their length and hash. */
async function record(name) {
  const code = guest(name);
  const prepared = await prepareWorker.prepare(
    {
      maybeCompressedCode: code,
      validationCodeBombLimit: 1 << 24,
      codeHash: codeHash(code),
      executorParams: [],
      prepTimeout: PREPARATION,
      prepKind: 'Compilation',
    },
    artifact,
  );
  if (!prepared.ok) return { answer: prepared.error.type };
  const { result } = await executeWorker.execute(
    {
      pvd: {
        parentHead: GUEST_INPUT.parentHead,
        relayParentNumber: 1,
        relayParentStorageRoot: HASH,
        maxPovSize: 10 << 20,
      },
      pov: { blockData: GUEST_INPUT.blockData },
      executionTimeout: GUEST_ANSWERS[name] === 'TimedOut' ? SHORT : LONG,
      artifactChecksum: artifactChecksum(readFileSync(artifact)),
      relayParent: HASH,
      schedulingParent: HASH,
      descriptorVersion: { type: 'V1' },
    },
    artifact,
  );
  if (!result.ok) return { answer: result.error.type };
  const { jobResponse } = result.value;
  if (jobResponse.type !== 'Ok') return { answer: jobResponse.type };
  const bytes = ValidationResult.encode(jobResponse.resultDescriptor);
  return { answer: 'Ok', bytes: bytes.length, hash: Buffer.from(codeHash(bytes)).toString('hex') };
}

try {
  const recorded = {};
  for (const name of GUEST_NAMES) recorded[name] = await record(name);
  console.log(JSON.stringify(recorded, null, 2));
} finally {
  await Promise.all([prepareWorker.stop(), executeWorker.stop()]);
  rmSync(work, { recursive: true, force: true });
}
