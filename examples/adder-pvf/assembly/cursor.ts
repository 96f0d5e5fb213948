// A cursor over the SCALE-encoded parameters. Whatever is malformed traps: a PVF has no other way to say no.

let position: usize = 0;
let end: usize = 0;

export function open(pointer: usize, length: usize): void {
  position = pointer;
  end = pointer + length;
}

/** Returns the address of the next `length` bytes and moves behind them. */
export function take(length: usize): usize {
  if (length > end - position) unreachable();
  const start = position;
  position += length;
  return start;
}

/** SCALE `Compact<u32>` in its shortest form, as parity-scale-codec demands. */
export function takeCompact(): u32 {
  const first = load<u8>(take(1));
  const mode = first & 3;
  if (mode == 0) return first >> 2;
  if (mode == 1) {
    position--;
    const value = <u32>load<u16>(take(2)) >> 2;
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
