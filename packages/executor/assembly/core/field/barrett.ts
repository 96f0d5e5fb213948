// Reduction of 512-bit numbers modulo a 253- to 256-bit one (Barrett; Handbook of Applied Cryptography,
// algorithm 14.42, with words of 32 bits). Numbers are little-endian words.

const QUOTIENT: u32 = u32(memory.data(72, 16));
const PRODUCT: u32 = u32(memory.data(36, 16));

// @ts-ignore: decorator
@inline
function word(address: u32, i: u32): u64 {
  return load<u32>(address + (i << 2));
}

// @ts-ignore: decorator
@inline
function setWord(address: u32, i: u32, value: u64): void {
  store<u32>(address + (i << 2), u32(value));
}

/** r = a * b, with `aWords` and `bWords` words; r must not overlap them. */
export function multiplyWords(r: u32, a: u32, aWords: u32, b: u32, bWords: u32): void {
  memory.fill(r, 0, (aWords + bWords) << 2);
  for (let i: u32 = 0; i < aWords; i++) {
    const x = word(a, i);
    let carry: u64 = 0;
    for (let j: u32 = 0; j < bWords; j++) {
      carry += x * word(b, j) + word(r, i + j);
      setWord(r, i + j, carry);
      carry >>= 32;
    }
    setWord(r, i + bWords, carry);
  }
}

/** Whether a < b, both of 8 words. */
export function isBelow(a: u32, b: u32): bool {
  for (let i: u32 = 8; i-- > 0; ) {
    if (word(a, i) != word(b, i)) return word(a, i) < word(b, i);
  }
  return false;
}

/** r = a - b over `words` words, modulo 2^(32 words). */
export function subtractWords(r: u32, a: u32, b: u32, words: u32): void {
  let borrow: i64 = 0;
  for (let i: u32 = 0; i < words; i++) {
    borrow += i64(word(a, i)) - i64(word(b, i));
    setWord(r, i, borrow);
    borrow >>= 32;
  }
}

/**
 * r = x modulo m.
 *
 * @param r 8 words
 * @param x 16 words
 * @param m 8 words
 * @param mu 9 words: floor(2^512 / m)
 */
export function reduceWide(r: u32, x: u32, m: u32, mu: u32): void {
  multiplyWords(QUOTIENT, x + 28, 9, mu, 9);
  const q = QUOTIENT + 36;
  // q * m modulo 2^288: the words above cannot matter, the difference is below 3 m.
  memory.fill(PRODUCT, 0, 36);
  for (let i: u32 = 0; i < 9; i++) {
    let carry: u64 = 0;
    for (let j: u32 = 0; j < 8 && i + j < 9; j++) {
      carry += word(q, i) * word(m, j) + word(PRODUCT, i + j);
      setWord(PRODUCT, i + j, carry);
      carry >>= 32;
    }
    if (i == 0) setWord(PRODUCT, 8, carry);
  }
  subtractWords(PRODUCT, x, PRODUCT, 9);
  while (word(PRODUCT, 8) != 0 || !isBelow(PRODUCT, m)) {
    let borrow: i64 = 0;
    for (let i: u32 = 0; i < 9; i++) {
      borrow += i64(word(PRODUCT, i)) - (i < 8 ? i64(word(m, i)) : 0);
      setWord(PRODUCT, i, borrow);
      borrow >>= 32;
    }
  }
  memory.copy(r, PRODUCT, 32);
}
