// A chain of recorded candidates in place of a node: receipts as collators make them, and the votes that are right. Candidates
// of the example PVF are made here; with a folder (its PVF as FOLDER.compact.compressed.wasm beside it) those in its files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { adderChain, encodeAdderBlock, readAdderPvf } from '@pvf/example-adder-pvf';
import * as protocol from '@pvf/protocol';

/** Polkadot's of 2025 are larger; with those of a chain at hand, give them (README of @pvf/host). */
const EXECUTOR_PARAMS = [];
const MAX_POV_BYTES = 10 * 1024 * 1024;
const zeros = (length) => new Uint8Array(length);

/** Blocks of the example PVF, three that it must refuse, and one whose receipt claims another head. */
export function adderCandidates() {
  const blocks = adderChain([1n, 2n, 3n, 5n, 8n, 2n ** 63n, 2n ** 64n - 1n]);
  const valid = blocks.map(({ parentHead, blockData, head }, i) => ({
    id: `adder block ${i + 1}`,
    expected: 'for',
    inputs: { parentHead, blockData, relayParentNumber: i + 1, relayParentStorageRoot: zeros(32) },
    claimed: commitments(head, 0, i + 1),
  }));
  const [first, second] = valid;
  const spoiled = [
    ['from another state', { blockData: encodeAdderBlock({ state: 1n, add: 2n }) }],
    ['on another parent', { parentHead: second.inputs.parentHead }],
    ['cut off', { blockData: first.inputs.blockData.subarray(0, -1) }],
  ].map(([id, changes]) => ({ ...first, id, expected: 'against', inputs: { ...first.inputs, ...changes } }));
  const lie = { ...first, id: 'claims another head', expected: 'against', claimed: second.claimed };
  return { code: readAdderPvf(), candidates: [...valid, ...spoiled, lie] };
}

/**
 * Files as `pvf validate` reads them, with what the reference's workers answered. Those whose result is recorded as a hash
 * alone are left out: nobody can make their receipt.
 */
export function candidatesIn(folder, pvf = `${folder}.compact.compressed.wasm`) {
  if (!existsSync(pvf)) throw new Error(`there is no ${pvf}: name the PVF of ${folder} with --pvf`);
  const files = readdirSync(folder).filter((name) => /^\d+-.*\.json$/.test(name));
  const candidates = files.sort().flatMap((file) => {
    const json = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const accepted = json.expected.job.ok !== undefined;
    if (accepted && json.expectedResult === undefined) return [];
    const blockData = json.blockDataFile
      ? new Uint8Array(readFileSync(join(folder, json.blockDataFile)))
      : hex(json.blockData);
    return [
      {
        id: basename(file, '.json'),
        expected: accepted ? 'for' : 'against',
        inputs: {
          parentHead: hex(json.parentHead),
          blockData,
          relayParentNumber: json.relayParentNumber,
          relayParentStorageRoot: hex(json.relayParentStorageRoot),
        },
        claimed: accepted
          ? protocol.commitmentsOf(protocol.ValidationResult.decodeExact(hex(json.expectedResult)))
          : commitments(zeros(32), 0, 0),
      },
    ];
  });
  return { code: readFileSync(pvf), candidates };
}

/** What `Approvals` asks; `assignments` in the order in which they come in. */
export function recordedChain({ code, candidates }) {
  const validationCodeHash = protocol.codeHash(code);
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const dataOf = ({ inputs: { blockData: _, ...data } }) => ({ ...data, maxPovSize: MAX_POV_BYTES });
  return {
    assignments: candidates.map(({ id, expected }) => ({
      id,
      expected,
      kind: 'approval',
      receipt: receiptOf(byId.get(id), dataOf(byId.get(id)), validationCodeHash),
    })),
    chain: {
      code: async () => code,
      executorParams: async () => EXECUTOR_PARAMS,
      validationCodeBombLimit: async () => protocol.DEFAULT_CODE_BOMB_LIMIT,
      validationData: async ({ id }) => dataOf(byId.get(id)),
      blockData: async ({ id }) => byId.get(id).inputs.blockData,
      v3Seen: () => false,
    },
  };
}

/** As a collator would make it of what the block returns, or of what it claims that it returns. */
function receiptOf({ inputs: { blockData }, claimed }, validationData, validationCodeHash) {
  const descriptor = {
    paraId: 1_000,
    relayParent: zeros(32),
    version: 0,
    coreIndex: 0,
    sessionIndex: 1,
    schedulingSessionOffset: 0,
    reserved1: zeros(24),
    persistedValidationDataHash: protocol.validationDataHash(validationData),
    povHash: protocol.povHash({ blockData }),
    erasureRoot: zeros(32),
    schedulingParent: zeros(32),
    reserved2: zeros(32),
    paraHead: protocol.headDataHash(claimed.headData),
    validationCodeHash,
  };
  return protocol.CandidateReceipt.encode({ descriptor, commitmentsHash: protocol.commitmentsHash(claimed) });
}

function commitments(headData, processedDownwardMessages, hrmpWatermark) {
  const none = { upwardMessages: [], horizontalMessages: [], newValidationCode: undefined };
  return { ...none, headData, processedDownwardMessages, hrmpWatermark };
}

function hex(text) {
  return new Uint8Array(Buffer.from(text.replace(/^0x/, ''), 'hex'));
}
