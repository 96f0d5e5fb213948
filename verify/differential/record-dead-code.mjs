#!/usr/bin/env node
// Records what the reference's workers make of the guests with dead code, for a test of @pvf/executor:
// `node verify/differential/record-dead-code.mjs DIR`, DIR with the reference's worker programs. Prints JSON.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactChecksum, codeHash } from '@pvf/protocol';
import { deadCodeGuests } from '../../packages/executor/test/wasm/support/dead-code.ts';
import { ExecuteWorker, NO_SECURITY, PrepareWorker } from './driver/index.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: record-dead-code.mjs DIR');
  process.exit(2);
}
/** No guest costs more values than that. */
const HIGHEST_LIMIT = 40;
const DURATION = { secs: 20n, nanos: 0 };
const HASH = new Uint8Array(32);
const work = mkdtempSync(join(tmpdir(), 'pvf-record-'));
const artifact = join(work, 'artifact');
const options = (kind) => ({
  program: join(directory, `pvf-reference-${kind}-worker`),
  security: NO_SECURITY,
});

const prepareWorker = await PrepareWorker.spawn(options('prepare'));
const executeWorker = await ExecuteWorker.spawn({ ...options('execute'), executorParams: [] });

async function prepare(code, limit) {
  const { ok, error } = await prepareWorker.prepare(
    {
      maybeCompressedCode: code,
      validationCodeBombLimit: 1 << 20,
      codeHash: codeHash(code),
      executorParams: limit === undefined ? [] : [{ type: 'StackLogicalMax', value: limit }],
      prepTimeout: DURATION,
      prepKind: 'Compilation',
    },
    artifact,
  );
  return ok ? 'Ok' : error.type;
}

async function execute() {
  const { result } = await executeWorker.execute(
    {
      pvd: {
        parentHead: new Uint8Array(),
        relayParentNumber: 0,
        relayParentStorageRoot: HASH,
        maxPovSize: 0,
      },
      pov: { blockData: new Uint8Array() },
      executionTimeout: DURATION,
      artifactChecksum: artifactChecksum(readFileSync(artifact)),
      relayParent: HASH,
      schedulingParent: HASH,
      descriptorVersion: { type: 'V1' },
    },
    artifact,
  );
  return result.ok ? result.value.jobResponse.type : result.error.type;
}

/** The stack limit from which on the guest returns, or why it cannot be prepared. */
async function record(code) {
  const prepared = await prepare(code);
  if (prepared !== 'Ok') return prepared;
  const unlimited = await execute();
  if (unlimited !== 'Ok') throw new Error(`without a limit: ${unlimited}`);
  let [low, high] = [0, HIGHEST_LIMIT];
  while (low < high) {
    const limit = (low + high) >> 1;
    if ((await prepare(code, limit)) !== 'Ok') throw new Error(`cannot be prepared with a limit of ${limit}`);
    if ((await execute()) === 'Ok') high = limit;
    else low = limit + 1;
  }
  return low;
}

try {
  const recorded = {};
  for (const { name, code } of deadCodeGuests()) recorded[name] = await record(code);
  console.log(JSON.stringify(recorded, null, 2));
} finally {
  await Promise.all([prepareWorker.stop(), executeWorker.stop()]);
  rmSync(work, { recursive: true, force: true });
}
