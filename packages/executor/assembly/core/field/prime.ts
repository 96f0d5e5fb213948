/**
 * What tells one prime field from another, for the arithmetic that they share. There are no objects of this class:
 * a subclass is a type argument, and its methods are inlined.
 */
@unmanaged
export abstract class Prime {
  /** 2^261 modulo the prime, as a factor of the limb in its place ... */
  abstract fold261(): i64;
  /** ... and what `limb` adds to the one above that. */
  abstract foldUp(limb: i64): i64;
  /**
   * Writes limbs 0, 1, 2 and 8 of a reduced product, the others being written.
   *
   * @param e8 limb 8 without `h7`, which limb 7 passes to it
   * @param t17 limb 17 of the product
   */
  abstract finish(r: u32, l0: i64, l1: i64, l2: i64, e8: i64, h7: i64, t17: i64): void;
  /** Bits of the top limb. */
  abstract topBits(): i64;
  /** 2^(232 + topBits) modulo the prime: its part in limb 0 ... */
  abstract foldTop0(): i64;
  /** ... and in limb 1. */
  abstract foldTop1(): i64;
  /** A power of two: this many primes make any element that is written positive. */
  abstract primesToAdd(): i64;
}
