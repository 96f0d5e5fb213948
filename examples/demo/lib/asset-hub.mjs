// Asset Hub's runtime and its candidates. The runtime is the `:code` of the chain specification that an npm package
// carries; candidates are in fixtures/.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { chainSpec } from '@substrate/connect-known-chains/rococo_v2_2_asset_hub';

/** Storage key of the runtime: ":code". */
const CODE_KEY = '0x3a636f6465';
/** Of the compressed blob, as the package carries it. */
const SHA256 = '0c225a9cbc7bf5a39c4235d3d51d9afd4669ea7aa9e0fc48738dac10ed5b027c';
const FIXTURES = new URL('../fixtures/asset-hub-rococo-900/', import.meta.url);

/** The runtime as a compressed blob. */
export function readAssetHubPvf() {
  const blob = hex(JSON.parse(chainSpec).genesis.raw.top[CODE_KEY]);
  const sha256 = createHash('sha256').update(blob).digest('hex');
  if (sha256 !== SHA256) {
    throw new Error(
      `the runtime in @substrate/connect-known-chains has SHA-256 ${sha256}, not ${SHA256}: install its version 1.10.3`,
    );
  }
  return blob;
}

/** The fixtures in the order of their file names, each with the answer and result bytes to expect. */
export async function readAssetHubCandidates() {
  const files = (await readdir(FIXTURES)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map(readCandidate));
}

async function readCandidate(file) {
  const json = JSON.parse(await readFile(new URL(file, FIXTURES), 'utf8'));
  const { ok } = json.expected.job;
  return {
    name: json.name,
    holds: json.note,
    parentHead: hex(json.parentHead),
    blockData: json.blockDataFile
      ? new Uint8Array(await readFile(new URL(json.blockDataFile, FIXTURES)))
      : hex(json.blockData),
    relayParentNumber: json.relayParentNumber,
    relayParentStorageRoot: hex(json.relayParentStorageRoot),
    expected: ok
      ? { verdict: 'valid', head: hex(ok.head), downward: ok.processedDownward, watermark: ok.hrmpWatermark }
      : { verdict: 'PoVDecompressionFailure' in json.expected.job ? 'bad PoV' : 'invalid' },
  };
}

function hex(text) {
  return new Uint8Array(Buffer.from(text.replace(/^0x/, ''), 'hex'));
}
