/** One buffer of its own with all `parts` in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(byteLength(parts));
  let at = 0;
  for (const part of parts) {
    if (part.byteLength === 1) result[at] = part[0] as number;
    else result.set(part, at);
    at += part.byteLength;
  }
  return result;
}

/** Total length of `parts` in bytes. */
export function byteLength(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) total += part.byteLength;
  return total;
}
