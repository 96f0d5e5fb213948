// Inverse modulo an odd 256-bit number by the binary extended Euclidean algorithm.

import { isBelow, subtractWords } from "./barrett";

const U: u32 = u32(memory.data(32, 16));
const V: u32 = u32(memory.data(32, 16));
const X: u32 = u32(memory.data(32, 16));
const W: u32 = u32(memory.data(32, 16));

// @ts-ignore: decorator
@inline
function isOne(a: u32): bool {
  return load<u64>(a) == 1 && !(load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24));
}

/** a = (a + carry 2^256) / 2 */
// @ts-ignore: decorator
@inline
function halve(a: u32, carry: u64): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  store<u64>(a, (a0 >> 1) | (a1 << 63));
  store<u64>(a, (a1 >> 1) | (a2 << 63), 8);
  store<u64>(a, (a2 >> 1) | (a3 << 63), 16);
  store<u64>(a, (a3 >> 1) | (carry << 63), 24);
}

/** a = a / 2 modulo m */
function halveModulo(a: u32, m: u32): void {
  if (!(load<u32>(a) & 1)) {
    halve(a, 0);
    return;
  }
  let carry: u64 = 0;
  for (let i: u32 = 0; i < 32; i += 8) {
    const x = load<u64>(a + i);
    const sum = x + load<u64>(m + i);
    const total = sum + carry;
    carry = u64(sum < x) | u64(total < sum);
    store<u64>(a + i, total);
  }
  halve(a, carry);
}

/** a = a - b modulo m */
function subtractModulo(a: u32, b: u32, m: u32): void {
  const borrow = isBelow(a, b);
  subtractWords(a, a, b, 8);
  if (!borrow) return;
  let carry: u64 = 0;
  for (let i: u32 = 0; i < 32; i += 4) {
    carry += u64(load<u32>(a + i)) + load<u32>(m + i);
    store<u32>(a + i, u32(carry));
    carry >>= 32;
  }
}

/** r = 1 / a modulo the prime m, for 0 < a < m. */
export function invertWords(r: u32, a: u32, m: u32): void {
  memory.copy(U, a, 32);
  memory.copy(V, m, 32);
  memory.fill(X, 0, 32);
  store<u32>(X, 1);
  memory.fill(W, 0, 32);
  // a X = U and a W = V modulo m throughout; U and V shrink until one is 1.
  while (!isOne(U) && !isOne(V)) {
    while (!(load<u32>(U) & 1)) {
      halve(U, 0);
      halveModulo(X, m);
    }
    while (!(load<u32>(V) & 1)) {
      halve(V, 0);
      halveModulo(W, m);
    }
    if (isBelow(U, V)) {
      subtractWords(V, V, U, 8);
      subtractModulo(W, X, m);
    } else {
      subtractWords(U, U, V, 8);
      subtractModulo(X, W, m);
    }
  }
  memory.copy(r, isOne(U) ? X : W, 32);
}
