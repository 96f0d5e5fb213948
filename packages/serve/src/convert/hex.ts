/** Of a text that the schema has accepted: 0x and pairs of digits. */
export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}

export function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** A hash as the library has it: lower case, without 0x. */
export function bareHash(hex: string): string {
  return hex.slice(2).toLowerCase();
}
