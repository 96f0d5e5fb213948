// The adder parachain. Its state is one u64; a block claims the state before it and adds a number, wrapping at 2^64.
//   head  = number u64, parent_hash [32], post_state [32]     (72 bytes, integers little-endian)
//   block = state u64, add u64                                (16 bytes; bytes after it are ignored)
// A block is valid if keccak256(state) is the parent head's post_state.
import { keccak256 } from 'pvf:parachain/hashing@1.0.0';

const HEAD_BYTES = 72;
const BLOCK_BYTES = 16;
const PARENT_HASH = 8;
const POST_STATE = 40;

/** Says whether a block is valid, and what it does. What it throws is logged, and the block is invalid. */
export function validateBlock(params: ValidationParams): ValidationResult {
  const { parentHead, blockData } = params;
  if (parentHead.length < HEAD_BYTES) throw 'the parent head is too short';
  if (blockData.length < BLOCK_BYTES) throw 'the block is too short';
  const claimed = keccak256(blockData.subarray(0, 8));
  if (!equal(claimed, parentHead.subarray(POST_STATE, HEAD_BYTES))) throw 'the block claims another state';

  const headData = new Uint8Array(HEAD_BYTES);
  writeU64(headData, readU64(parentHead, 0) + 1n);
  headData.set(keccak256(parentHead), PARENT_HASH);
  const state = new Uint8Array(8);
  writeU64(state, readU64(blockData, 0) + readU64(blockData, 8));
  headData.set(keccak256(state), POST_STATE);
  return {
    headData,
    newValidationCode: undefined,
    upwardMessages: [],
    horizontalMessages: [],
    processedDownwardMessages: 0,
    hrmpWatermark: params.relayParentNumber,
  };
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function readU64(bytes: Uint8Array, offset: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset, true);
}

/** Wraps at 2^64. */
function writeU64(bytes: Uint8Array, value: bigint): void {
  new DataView(bytes.buffer).setBigUint64(0, value, true);
}
