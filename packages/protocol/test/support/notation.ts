/** Bytes of a hex string without 0x. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** Hex string without 0x. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/**
 * A decoded value in the notation of the golden vectors: bytes as hex, bigints as decimal strings, `undefined` as
 * null, snake_case fields, results as `{ ok }` or `{ err }`.
 */
export function toVectorNotation(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(toVectorNotation);
  if (typeof value !== 'object' || value === null) return value;
  if ('ok' in value && typeof value.ok === 'boolean') {
    const result = value as { ok: boolean; value?: unknown; error?: unknown };
    return result.ok ? { ok: toVectorNotation(result.value) } : { err: toVectorNotation(result.error) };
  }
  const fields = Object.entries(value).map(([key, field]) => {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [name, toVectorNotation(field)] as const;
  });
  return Object.fromEntries(fields);
}
