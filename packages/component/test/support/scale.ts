/** SCALE `Compact<u32>` in its shortest form. */
export function compact(value: number): number[] {
  if (value < 1 << 6) return [value << 2];
  if (value < 1 << 14) return bytesOf(value * 4 + 1, 2);
  if (value < 2 ** 30) return bytesOf(value * 4 + 2, 4);
  return [3, ...bytesOf(value, 4)];
}

export function bytesOf(value: number, length: number): number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

export function list(bytes: Uint8Array | readonly number[]): Uint8Array {
  return Uint8Array.of(...compact(bytes.length), ...bytes);
}

/** `ValidationParams`. */
export function parameters(head: Uint8Array, block: Uint8Array, relayParent = 7): Uint8Array {
  return Buffer.concat([
    list2(head),
    list2(block),
    Buffer.from(bytesOf(relayParent, 4)),
    Buffer.alloc(32, 0xaa),
  ]);
}

/** The same for lists of megabytes. */
function list2(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(compact(bytes.length)), bytes]);
}

export interface Result {
  readonly head: Uint8Array;
  readonly code?: Uint8Array;
  readonly upward?: readonly Uint8Array[];
  readonly horizontal?: readonly (readonly [recipient: number, data: Uint8Array])[];
  readonly downward?: number;
  readonly watermark?: number;
}

/** `ValidationResult`. */
export function encodeResult(result: Result): Uint8Array {
  const { upward = [], horizontal = [] } = result;
  return Buffer.concat([
    list2(result.head),
    result.code === undefined ? Buffer.of(0) : Buffer.concat([Buffer.of(1), list2(result.code)]),
    Buffer.from(compact(upward.length)),
    ...upward.map(list2),
    Buffer.from(compact(horizontal.length)),
    ...horizontal.map(([recipient, data]) =>
      Buffer.concat([Buffer.from(bytesOf(recipient, 4)), list2(data)]),
    ),
    Buffer.from([...bytesOf(result.downward ?? 0, 4), ...bytesOf(result.watermark ?? 0, 4)]),
  ]);
}
