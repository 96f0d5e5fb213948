// The adder parachain. Its state is one u64; a block claims the state before it and adds a number, wrapping at 2^64.
//   head  = number u64, parent_hash [32], post_state [32]     (72 bytes, integers little-endian)
//   block = state u64, add u64                                (16 bytes; bytes after it are ignored)
// A block is valid if keccak256(state) is the parent head's post_state.
// The interface is the one that every PVF offers: `memory`, `__heap_base` (where the host's allocator may begin) and
// `validate_block(ptr, len) -> (len << 32) | ptr`.

import { open, take, takeCompact } from './cursor';
import { keccak256 } from './keccak';

export { __heap_base };

const HEAD_BYTES: usize = 72;
const PARENT_HASH: usize = 8;
const POST_STATE: usize = 40;
const BLOCK_BYTES: usize = 16;

const RESULT_BYTES: usize = 2 + HEAD_BYTES + 1 + 1 + 1 + 4 + 4;
/** SCALE `Compact` of the 72 bytes that follow it. */
const HEAD_LENGTH_PREFIX: u16 = ((<u16>HEAD_BYTES) << 2) | 1;

/** Zero where this program never writes: no new code, no messages, no downward message processed. */
const RESULT = memory.data(RESULT_BYTES as i32, 8);
const CLAIMED_STATE_HASH = memory.data(32, 8);

export function validate_block(pointer: usize, length: usize): u64 {
  open(pointer, length);
  const parentHeadBytes = <usize>takeCompact();
  const parentHead = take(parentHeadBytes);
  const blockBytes = <usize>takeCompact();
  const block = take(blockBytes);
  const relayParentNumber = load<u32>(take(4));
  take(32); // the relay parent's storage root, of no interest here
  if (parentHeadBytes < HEAD_BYTES || blockBytes < BLOCK_BYTES) unreachable();

  keccak256(block, 8, CLAIMED_STATE_HASH);
  for (let i: usize = 0; i < 32; i += 8) {
    if (load<u64>(CLAIMED_STATE_HASH + i) != load<u64>(parentHead + POST_STATE + i)) unreachable();
  }

  const head = RESULT + 2;
  store<u16>(RESULT, HEAD_LENGTH_PREFIX);
  keccak256(parentHead, parentHeadBytes, head + PARENT_HASH);
  store<u64>(head, load<u64>(block) + load<u64>(block, 8));
  keccak256(head, 8, head + POST_STATE);
  store<u64>(head, load<u64>(parentHead) + 1);
  store<u32>(RESULT + RESULT_BYTES - 4, relayParentNumber);
  return ((<u64>RESULT_BYTES) << 32) | <u64>RESULT;
}
