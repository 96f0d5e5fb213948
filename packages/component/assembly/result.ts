// Writes `ValidationResult` in SCALE from the record that the guest returned.
import { aligned, allocate } from './guest';
import { inGuest, move } from './memory';

/** MAX_UPWARD_MESSAGE_NUM and MAX_HORIZONTAL_MESSAGE_NUM of the relay chain's primitives: more do not decode. */
const MAX_MESSAGES: u32 = 16 * 1024;
/** Larger than anything that a validator takes; a guest's memory holds no more. */
const MAX_RESULT_BYTES: u64 = 1 << 28;

const LIST_BYTES: u32 = 8;
const HRMP_MESSAGE_BYTES: u32 = 12;

let out: u32 = 0;
let outEnd: u32 = 0;

/** Returns where the next `length` bytes go. The guest's allocator may have changed the lists since they were measured. */
function room(length: u32): u32 {
  if (length > outEnd - out) unreachable();
  const at = out;
  out += length;
  return at;
}

function put8(value: u32): void {
  store<u8>(room(1), value);
}

function put32(value: u32): void {
  store<u32>(room(4), value);
}

function putCompact(value: u32): void {
  if (value < 1 << 6) put8(value << 2);
  else if (value < 1 << 14) {
    store<u16>(room(2), (value << 2) | 1);
  } else if (value < 1 << 30) put32((value << 2) | 2);
  else {
    put8(3);
    put32(value);
  }
}

/** Checks the list of bytes whose pointer and length are at `list`; returns the most that it takes encoded. */
function encodedSize(list: u32): u64 {
  const length = load<u32>(list, 4);
  inGuest(load<u32>(list), length);
  return 5 + <u64>length;
}

function putList(list: u32): void {
  const length = load<u32>(list, 4);
  putCompact(length);
  move(room(length), inGuest(load<u32>(list), length), length);
}

/** Checks a list of records at `list`: count, place, alignment. Returns its pointer. */
function records(list: u32, size: u32): u32 {
  const pointer = load<u32>(list);
  const count = load<u32>(list, 4);
  if (count > MAX_MESSAGES) unreachable();
  aligned(pointer, 4);
  return inGuest(pointer, <u64>count * <u64>size);
}

/** Encodes the record at `value` into memory of the guest's; returns its length and place as a PVF does. */
export function encodeResult(value: u32): u64 {
  const option = load<u8>(value, 8);
  if (option > 1) unreachable();
  const upward = records(value + 20, LIST_BYTES);
  const upwardCount = load<u32>(value, 24);
  const horizontal = records(value + 28, HRMP_MESSAGE_BYTES);
  const horizontalCount = load<u32>(value, 32);

  let size = encodedSize(value) + 1 + 5 + 5 + 8;
  if (option) size += encodedSize(value + 12);
  for (let i: u32 = 0; i < upwardCount; i++) size += encodedSize(upward + i * LIST_BYTES);
  for (let i: u32 = 0; i < horizontalCount; i++) {
    size += 4 + encodedSize(horizontal + i * HRMP_MESSAGE_BYTES + 4);
  }
  if (size > MAX_RESULT_BYTES) unreachable();

  const start = allocate(1, <u32>size);
  out = start;
  outEnd = start + <u32>size;
  putList(value);
  put8(option);
  if (option) putList(value + 12);
  putCompact(upwardCount);
  for (let i: u32 = 0; i < upwardCount; i++) putList(upward + i * LIST_BYTES);
  putCompact(horizontalCount);
  for (let i: u32 = 0; i < horizontalCount; i++) {
    const message = horizontal + i * HRMP_MESSAGE_BYTES;
    put32(load<u32>(message));
    putList(message + 4);
  }
  put32(load<u32>(value, 36));
  put32(load<u32>(value, 40));
  return (<u64>(out - start) << 32) | <u64>start;
}
