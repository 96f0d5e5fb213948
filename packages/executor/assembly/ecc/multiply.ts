// Multiples of points.

import { addAffine, double, setNeutral } from "./curves";

/**
 * r = k p by double-and-add from the top, which is the order the reference adds in: off the prime-order
 * subgroup of Bandersnatch it matters.
 *
 * @param scalar little-endian words of 64 bits
 */
export function multiply(r: u32, p: u32, scalar: u32, words: u32): void {
  setNeutral(r);
  let started = false;
  for (let w = words; w-- > 0; ) {
    const word = load<u64>(scalar + (w << 3));
    if (!started && !word) continue;
    for (let bit: u32 = 64; bit-- > 0; ) {
      const set = bool((word >> bit) & 1);
      if (started) double(r, r);
      if (set) {
        started = true;
        addAffine(r, r, p, false);
      }
    }
  }
}
