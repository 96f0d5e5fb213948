// Between the classic interface of a PVF and the canonical ABI of world pvf:parachain. No data, no runtime of
// AssemblyScript's: merged with the component's core modules, it works in their memory.
import { open, take, takeCompact } from './cursor';
import { aligned, allocate, cleanUp } from './guest';
import { inHostHeap, reject } from './host';
import { inGuest, move } from './memory';
import { encodeResult } from './result';

export * from './host';
export { memory_copy, memory_fill, memory_grow, memory_size } from './memory';
export * from './truncate';

// @ts-expect-error: decorator
@external('guest', 'validate') declare function validate(
  head: u32, headBytes: u32, block: u32, blockBytes: u32, relayParent: u32, root: u32, rootBytes: u32,
): u32;
// @ts-expect-error: decorator
@external('glue', 'start') declare function start(): void;

const ROOT_BYTES: u32 = 32;
const RETURNED_BYTES: u32 = 48;

function copyIn(from: u32, length: u32): u32 {
  const to = allocate(1, length);
  move(to, from, length);
  return to;
}

export function validate_block(pointer: u32, length: u32): u64 {
  inHostHeap(pointer, length);
  open(pointer, length);
  const headBytes = takeCompact();
  const head = take(headBytes);
  const blockBytes = takeCompact();
  const block = take(blockBytes);
  const relayParent = load<u32>(take(4));
  const root = take(ROOT_BYTES);
  // What follows is ignored, as the relay chain's own decoding of the parameters ignores it.

  start();
  const guestHead = copyIn(head, headBytes);
  const guestBlock = copyIn(block, blockBytes);
  const guestRoot = copyIn(root, ROOT_BYTES);
  const returned = validate(guestHead, headBytes, guestBlock, blockBytes, relayParent, guestRoot, ROOT_BYTES);
  aligned(returned, 4);
  inGuest(returned, RETURNED_BYTES);
  const outcome = load<u8>(returned);
  if (outcome == 1) reject(load<u32>(returned, 4), load<u32>(returned, 8));
  if (outcome != 0) unreachable();
  const result = encodeResult(returned + 4);
  cleanUp(returned);
  return result;
}
