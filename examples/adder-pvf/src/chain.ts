import { keccak_256 } from '@noble/hashes/sha3.js';

/** State of the chain after a block. */
export interface AdderHead {
  readonly number: bigint;
  /** Keccak-256 of the parent's encoded head. 32 bytes. */
  readonly parentHash: Uint8Array;
  /** Keccak-256 of the state, encoded as a little-endian u64. 32 bytes. */
  readonly postState: Uint8Array;
}

/** A block: the state that it claims to start from, and what it adds (modulo 2^64). */
export interface AdderBlock {
  readonly state: bigint;
  readonly add: bigint;
}

/** 72 bytes, as SCALE encodes the struct. */
export function encodeAdderHead(head: AdderHead): Uint8Array {
  const bytes = new Uint8Array(72);
  bytes.set(u64(head.number), 0);
  bytes.set(head.parentHash, 8);
  bytes.set(head.postState, 40);
  return bytes;
}

/** 16 bytes, as SCALE encodes the struct: the block data of a PoV. */
export function encodeAdderBlock(block: AdderBlock): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(u64(block.state), 0);
  bytes.set(u64(block.add), 8);
  return bytes;
}

/** The head before any block: number 0, state 0. */
export function adderGenesis(): AdderHead {
  return { number: 0n, parentHash: new Uint8Array(32), postState: keccak_256(u64(0n)) };
}

/** The head after `block` on top of `parent`. It does not check that the block starts from the parent's state. */
export function nextAdderHead(parent: AdderHead, block: AdderBlock): AdderHead {
  return {
    number: BigInt.asUintN(64, parent.number + 1n),
    parentHash: keccak_256(encodeAdderHead(parent)),
    postState: keccak_256(u64(block.state + block.add)),
  };
}

/** The inputs of one validation and the head that a correct PVF answers. */
export interface AdderCandidate {
  readonly parentHead: Uint8Array;
  readonly blockData: Uint8Array;
  readonly head: Uint8Array;
}

/** A chain of valid candidates from genesis, one per number to add: the head of one is the parent head of the next. */
export function adderChain(additions: readonly bigint[]): AdderCandidate[] {
  let parent = adderGenesis();
  let state = 0n;
  return additions.map((add) => {
    const block = { state, add };
    const next = nextAdderHead(parent, block);
    const candidate = {
      parentHead: encodeAdderHead(parent),
      blockData: encodeAdderBlock(block),
      head: encodeAdderHead(next),
    };
    parent = next;
    state = BigInt.asUintN(64, state + add);
    return candidate;
  });
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}
