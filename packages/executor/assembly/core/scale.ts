// Decoding of SCALE from untrusted bytes. One cursor: nothing here is re-entrant.

let at: u32 = 0;
let end: u32 = 0;
let failed: bool = false;

export function scaleOpen(address: u32, length: u32): void {
  at = address;
  end = address + length;
  failed = false;
}

/** Whether something was missing or malformed so far; values read after that mean nothing. */
export function scaleFailed(): bool {
  return failed;
}

export function scaleAddress(): u32 {
  return at;
}

export function scaleFail(): u32 {
  failed = true;
  at = end;
  return 0;
}

export function scaleByte(): u32 {
  if (at == end) return scaleFail();
  return load<u8>(at++);
}

/** Steps over `length` bytes and returns the address of the first. */
export function scaleBytes(length: u32): u32 {
  if (length > end - at) return scaleFail();
  const start = at;
  at += length;
  return start;
}

/** A compact u32. Only the shortest encoding of a number is valid. */
export function scaleCompact(): u32 {
  if (at == end) return scaleFail();
  const mode = load<u8>(at) & 3;
  if (mode == 0) return load<u8>(at++) >> 2;
  if (mode == 1) {
    if (end - at < 2) return scaleFail();
    const value = u32(load<u16>(at)) >> 2;
    at += 2;
    return value > 0x3f ? value : scaleFail();
  }
  if (mode == 2) {
    if (end - at < 4) return scaleFail();
    const value = load<u32>(at) >> 2;
    at += 4;
    return value > 0x3fff ? value : scaleFail();
  }
  if (end - at < 5 || load<u8>(at) != 3) return scaleFail();
  const value = load<u32>(at, 1);
  at += 5;
  return value > 0x3fffffff ? value : scaleFail();
}

/** Writes a compact u32 and returns the address after it. */
export function writeCompact(to: u32, value: u32): u32 {
  if (value < 1 << 6) {
    store<u8>(to, value << 2);
    return to + 1;
  }
  if (value < 1 << 14) {
    store<u16>(to, (value << 2) | 1);
    return to + 2;
  }
  if (value < 1 << 30) {
    store<u32>(to, (value << 2) | 2);
    return to + 4;
  }
  store<u8>(to, 3);
  store<u32>(to + 1, value);
  return to + 5;
}
