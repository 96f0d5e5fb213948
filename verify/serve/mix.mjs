// The validations that both the library and the API are asked for, with the answers that they must get.
import { adderChain, encodeAdderBlock, readAdderPvf } from '@pvf/example-adder-pvf';
import { headDataHash } from '@pvf/protocol';
import { adderReceipt, guest } from '@pvf/test-kit';

export const BOMB_LIMIT = 30 * 1024 * 1024;
const KINDS = ['approval', 'backing', 'dispute', 'backing-system'];
const LARGE_POV = 1_000_000;

const fill = (length, byte) => new Uint8Array(length).fill(byte);
const [first] = adderChain([5n]);
const validationData = {
  parentHead: first.parentHead,
  relayParentNumber: 9,
  relayParentStorageRoot: fill(32, 0),
  maxPovSize: 5_000_000,
};

export const CODES = {
  adder: Uint8Array.from(readAdderPvf()),
  anything: Uint8Array.from(guest('accepts-anything')),
};

const good = Uint8Array.from(first.blockData);
const bad = Uint8Array.from(encodeAdderBlock({ state: 1n, add: 5n }));
const large = fill(LARGE_POV, 7);
const claimed = { code: CODES.adder, blockData: good, validationData, head: first.head };
const right = adderReceipt(claimed);
const wrong = adderReceipt(claimed, { paraHead: headDataHash(first.parentHead) });

/**
 * In turn: accepted, refused, with a right receipt, with a wrong one, and every tenth with a PoV of 1 MB.
 * @param {number} count
 */
export function mixOf(count) {
  return Array.from({ length: count }, (_, turn) => {
    const kind = KINDS[turn % KINDS.length];
    const base = { code: 'adder', kind, validationData };
    if (turn % 10 === 9) return { ...base, code: 'anything', blockData: large, expected: 'valid unchecked' };
    switch (turn % 5) {
      case 1:
        return { ...base, blockData: bad, expected: 'invalid unchecked' };
      case 2:
        return { ...base, kind: 'approval', blockData: good, receipt: right, expected: 'valid for' };
      case 3:
        return { ...base, kind: 'dispute', blockData: good, receipt: wrong, expected: 'invalid against' };
      default:
        return { ...base, blockData: good, expected: 'valid unchecked' };
    }
  });
}

/** Runs `ask` for each, so many at a time; fails on the first answer that is not the expected one. */
export async function inLanes(requests, lanes, ask) {
  let next = 0;
  const lane = async () => {
    while (next < requests.length) {
      const request = requests[next++];
      const answer = await ask(request);
      if (answer !== request.expected) throw new Error(`got ${answer} in place of ${request.expected}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
