// The example PVF: ten blocks of its chain, three that it must refuse, and three with receipts that claim something else.
import { adderChain, encodeAdderBlock, readAdderPvf } from '@pvf/example-adder-pvf';

export { readAdderPvf };

const ADDITIONS = [1n, 2n, 3n, 5n, 8n, 13n, 21n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n];

/** All with the answer to expect; what a valid one adds shows in the head. */
export function adderCandidates() {
  const valid = adderChain(ADDITIONS).map(({ parentHead, blockData, head }, index) => ({
    ...inputs(`block-${index + 1}`, `adds ${ADDITIONS[index]}`, parentHead, blockData, index + 1),
    expected: { verdict: 'valid', head, downward: 0, watermark: index + 1 },
  }));
  const [first, second] = valid;
  const wrongState = encodeAdderBlock({ state: 1n, add: 2n });
  const spoiled = [
    inputs('wrong-state', 'a block that starts from another state', first.parentHead, wrongState, 1),
    inputs('wrong-parent', 'a block on the head of another', second.parentHead, first.blockData, 1),
    inputs(
      'short-block',
      'a block without its last byte',
      first.parentHead,
      first.blockData.subarray(0, -1),
      1,
    ),
  ].map((candidate) => ({ ...candidate, expected: { verdict: 'invalid' } }));
  return [...valid, ...spoiled, ...misclaimed(first)];
}

/** A good block whose receipt claims something else: the PVF has nothing against it, but the vote must be against. */
function misclaimed(block) {
  const other = new Uint8Array(32).fill(1);
  return [
    ['para-head', 'a receipt that claims another head', { paraHead: other }],
    ['pov-hash', 'a receipt for another PoV', { povHash: other }],
    ['code-hash', 'a receipt for another PVF', { validationCodeHash: other }],
  ].map(([verdict, holds, claims]) => ({
    ...block,
    name: `claims-other-${verdict}`,
    holds,
    claims,
    expected: { ...block.expected, verdict },
  }));
}

function inputs(name, holds, parentHead, blockData, relayParentNumber) {
  const relayParentStorageRoot = new Uint8Array(32);
  return { name, holds, parentHead, blockData, relayParentNumber, relayParentStorageRoot };
}
