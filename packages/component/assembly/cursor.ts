// Reads the SCALE-encoded parameters, which lie in the host's heap. Whatever is malformed traps.

let position: u32 = 0;
let end: u32 = 0;

/** Traps if the range wraps around. */
export function open(pointer: u32, length: u32): void {
  position = pointer;
  end = pointer + length;
  if (end < pointer) unreachable();
}

/** Returns the address of the next `length` bytes and moves behind them. */
export function take(length: u32): u32 {
  if (length > end - position) unreachable();
  const start = position;
  position += length;
  return start;
}

/** SCALE `Compact<u32>` in its shortest form, as parity-scale-codec demands. */
export function takeCompact(): u32 {
  const first = <u32>load<u8>(take(1));
  const mode = first & 3;
  if (mode == 0) return first >> 2;
  if (mode == 1) {
    const value = (first | (<u32>load<u8>(take(1)) << 8)) >> 2;
    if (value < 1 << 6) unreachable();
    return value;
  }
  if (mode == 2) {
    position--;
    const value = load<u32>(take(4)) >> 2;
    if (value < 1 << 14) unreachable();
    return value;
  }
  if (first != 3) unreachable();
  const value = load<u32>(take(4));
  if (value < 1 << 30) unreachable();
  return value;
}
