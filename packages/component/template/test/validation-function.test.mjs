import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PvfHost } from '@pvf/host';

// keccak256 of the states 0 and 5, as u64
const STATE_0 = '011b4d03dd8c01f1049143cf9c4c817e4b167f1d1b83e5c6f0f10d89ba1e7bce';

let host;
let code;

before(async () => {
  host = await PvfHost.start({ keepArtifacts: false });
  code = await host.importCode(
    readFileSync(new URL('../dist/validation-function.compressed.wasm', import.meta.url)),
  );
});
after(() => host?.close());

function validate(parentHead, blockData) {
  return host.validate({
    code,
    // A chain's own are those of a session; see the README of @pvf/host.
    executorParams: [],
    validationCodeBombLimit: 30 * 1024 * 1024,
    kind: 'approval',
    validationData: {
      parentHead: Buffer.from(parentHead, 'hex'),
      relayParentNumber: 3_000_000_000,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 10 * 1024 * 1024,
    },
    pov: { blockData: Buffer.from(blockData, 'hex') },
  });
}

const GENESIS = `${'00'.repeat(40)}${STATE_0}`;

test('a block that adds 5 to the state 0 is valid', async () => {
  const outcome = await validate(GENESIS, '00000000000000000500000000000000');
  assert.equal(outcome.kind, 'valid');
  assert.equal(outcome.result.hrmpWatermark, 3_000_000_000);
  assert.equal(Buffer.from(outcome.result.headData).readBigUInt64LE(), 1n);
});

test('a block that claims another state is invalid', async () => {
  assert.equal((await validate(GENESIS, '01000000000000000500000000000000')).kind, 'invalid');
});

test('a block that is too short is invalid', async () => {
  assert.equal((await validate(GENESIS, '0000')).kind, 'invalid');
});
