import type { Random } from './random.ts';

/** A way to spoil bytes; the name goes into the case's id. */
export type Mutation =
  | 'flip-bit'
  | 'flip-bits'
  | 'set-byte'
  | 'truncate-end'
  | 'truncate-start'
  | 'cut-middle'
  | 'append'
  | 'insert'
  | 'zero-range'
  | 'duplicate-range'
  | 'swap-halves'
  | 'swap-ranges'
  | 'empty';

export const MUTATIONS: readonly Mutation[] = [
  'flip-bit',
  'flip-bits',
  'set-byte',
  'truncate-end',
  'truncate-start',
  'cut-middle',
  'append',
  'insert',
  'zero-range',
  'duplicate-range',
  'swap-halves',
  'swap-ranges',
  'empty',
];

/** A spoiled copy of `bytes`. */
export function mutate(random: Random, bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const length = bytes.length;
  const copy = Uint8Array.from(bytes);
  const at = length === 0 ? 0 : random.below(length);
  const span = 1 + random.below(Math.max(1, Math.min(64, length - at)));
  switch (mutation) {
    case 'flip-bit':
    case 'flip-bits':
      if (length > 0)
        for (let i = mutation === 'flip-bit' ? 1 : random.between(2, 8); i > 0; i--) {
          const where = random.below(length);
          copy[where] = copy[where]! ^ (1 << random.below(8));
        }
      return copy;
    case 'set-byte':
      if (length > 0) copy[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      return copy;
    case 'truncate-end':
      return copy.subarray(0, random.chance(0.3) ? Math.max(0, length - span) : at);
    case 'truncate-start':
      return copy.subarray(random.chance(0.3) ? Math.min(length, span) : at);
    case 'cut-middle':
      return concat(copy.subarray(0, at), copy.subarray(Math.min(length, at + span)));
    case 'append':
      return concat(copy, random.bytes(random.pick([1, 2, 8, 300])));
    case 'insert':
      return concat(copy.subarray(0, at), random.bytes(span), copy.subarray(at));
    case 'zero-range':
      return copy.fill(0, at, at + span);
    case 'duplicate-range':
      return concat(copy.subarray(0, at + span), copy.subarray(at));
    case 'swap-halves':
      return concat(copy.subarray(at), copy.subarray(0, at));
    case 'swap-ranges': {
      if (length < 4) return copy;
      const half = length >> 1;
      const left = random.below(half);
      const right = half + random.below(half);
      const size = Math.min(span, half - left, length - right);
      copy.copyWithin(left, right, right + size);
      copy.set(bytes.subarray(left, left + size), right);
      return copy;
    }
    case 'empty':
      return new Uint8Array(0);
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
