const HEADER_BYTES = 8;
const START_SECTION = 8;

/**
 * Whether instantiating a module may run code of its own, which each job must do for itself: looked up in the module,
 * because whoever has made the artifact may say of it what he likes.
 *
 * @param wasm of an artifact, untrusted; what is no module counts as one that does
 */
export function startsByItself(wasm: Uint8Array): boolean {
  let at = HEADER_BYTES;
  while (at < wasm.length) {
    const id = wasm[at++];
    if (id === START_SECTION) return true;
    let size = 0;
    // LEB128, up to five bytes; no size is as large as what does not fit a number's 32 bits.
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      if (byte === undefined || shift > 28) return true;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return at !== wasm.length || wasm.length < HEADER_BYTES;
}
