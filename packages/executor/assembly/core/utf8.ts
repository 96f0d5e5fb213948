/** Whether the bytes are UTF-8 as RFC 3629 has it: shortest forms, no surrogates, at most U+10FFFF. */
export function isUtf8(at: u32, length: u32): bool {
  const end = at + length;
  while (at < end) {
    const byte = u32(load<u8>(at));
    at++;
    if (byte < 0x80) continue;
    if (byte < 0xc2 || byte > 0xf4) return false;
    const more: u32 = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (end - at < more) return false;
    const second = u32(load<u8>(at));
    const low: u32 = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    const high: u32 = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let i: u32 = 1; i < more; i++) {
      if ((load<u8>(at + i) & 0xc0) != 0x80) return false;
    }
    at += more;
  }
  return true;
}
