// ext_host_calls_*, the functions of RFC-163. Outputs go to a buffer of the guest's, which is overwritten as a
// whole: the result or nothing, then zeros.

import { addressOf, checkRange, lengthOf, readWhole } from "../shim/arguments";
import { heapAllocate, heapReset } from "../shim/core";
import { guestCopyOut } from "../shim/guest";
import { HELPER_OUT_OF_MEMORY, LENGTH_MISMATCH, fail } from "../shim/reasons";

export { initialise } from "../shim/state";

@external("ecc", "eccMultiply")
declare function eccMultiply(
  curve: u32,
  base: u32,
  baseLength: u32,
  scalar: u32,
  scalarLength: u32,
  to: u32,
  length: u32,
): u32;
@external("ecc", "eccMultiplySum")
declare function eccMultiplySum(
  curve: u32,
  bases: u32,
  basesLength: u32,
  scalars: u32,
  scalarsLength: u32,
  to: u32,
  length: u32,
): u32;
@external("ecc", "eccMillerLoop")
declare function eccMillerLoop(g1: u32, g1Length: u32, g2: u32, g2Length: u32, to: u32, length: u32): u32;
@external("ecc", "eccFinalExponentiation")
declare function eccFinalExponentiation(inOut: u32, length: u32): u32;

const G1: u32 = 0;
const G2: u32 = 1;
const PALLAS: u32 = 2;
const VESTA: u32 = 3;
const BANDERSNATCH: u32 = 4;

const NO_MEMORY: u32 = 256;
const TRAP_LENGTHS: u32 = 257;

/** Zeroed room for the output. */
function outputFor(out: u64): u32 {
  checkRange(addressOf(out), lengthOf(out));
  const to = heapAllocate(lengthOf(out));
  if (!to) fail(HELPER_OUT_OF_MEMORY);
  memory.fill(to, 0, lengthOf(out));
  return to;
}

function finish(result: u32, out: u64, from: u32): u32 {
  if (result == NO_MEMORY) fail(HELPER_OUT_OF_MEMORY);
  if (result == TRAP_LENGTHS) fail(LENGTH_MISMATCH);
  guestCopyOut(addressOf(out), from, lengthOf(out));
  return result;
}

/** One product, or the sum of many: both read two inputs and fill one output. */
function multiply(curve: u32, sum: bool, bases: u64, scalars: u64, out: u64): u32 {
  heapReset();
  const to = outputFor(out);
  const base = readWhole(bases);
  const scalar = readWhole(scalars);
  const result = sum
    ? eccMultiplySum(curve, base, lengthOf(bases), scalar, lengthOf(scalars), to, lengthOf(out))
    : eccMultiply(curve, base, lengthOf(bases), scalar, lengthOf(scalars), to, lengthOf(out));
  return finish(result, out, to);
}

export function ext_host_calls_bls12_381_multi_miller_loop_version_1(g1: u64, g2: u64, out: u64): u32 {
  heapReset();
  const to = outputFor(out);
  const g1Bytes = readWhole(g1);
  const g2Bytes = readWhole(g2);
  return finish(eccMillerLoop(g1Bytes, lengthOf(g1), g2Bytes, lengthOf(g2), to, lengthOf(out)), out, to);
}

export function ext_host_calls_bls12_381_final_exponentiation_version_1(inOut: u64): u32 {
  heapReset();
  const bytes = readWhole(inOut);
  return finish(eccFinalExponentiation(bytes, lengthOf(inOut)), inOut, bytes);
}

export function ext_host_calls_bls12_381_mul_g1_version_1(base: u64, scalar: u64, out: u64): u32 {
  return multiply(G1, false, base, scalar, out);
}

export function ext_host_calls_bls12_381_mul_g2_version_1(base: u64, scalar: u64, out: u64): u32 {
  return multiply(G2, false, base, scalar, out);
}

export function ext_host_calls_pallas_mul_version_1(base: u64, scalar: u64, out: u64): u32 {
  return multiply(PALLAS, false, base, scalar, out);
}

export function ext_host_calls_vesta_mul_version_1(base: u64, scalar: u64, out: u64): u32 {
  return multiply(VESTA, false, base, scalar, out);
}

export function ext_host_calls_ed_on_bls12_381_bandersnatch_mul_version_1(
  base: u64,
  scalar: u64,
  out: u64,
): u32 {
  return multiply(BANDERSNATCH, false, base, scalar, out);
}

export function ext_host_calls_bls12_381_msm_g1_version_1(bases: u64, scalars: u64, out: u64): u32 {
  return multiply(G1, true, bases, scalars, out);
}

export function ext_host_calls_bls12_381_msm_g2_version_1(bases: u64, scalars: u64, out: u64): u32 {
  return multiply(G2, true, bases, scalars, out);
}

export function ext_host_calls_pallas_msm_version_1(bases: u64, scalars: u64, out: u64): u32 {
  return multiply(PALLAS, true, bases, scalars, out);
}

export function ext_host_calls_vesta_msm_version_1(bases: u64, scalars: u64, out: u64): u32 {
  return multiply(VESTA, true, bases, scalars, out);
}

export function ext_host_calls_ed_on_bls12_381_bandersnatch_msm_version_1(
  bases: u64,
  scalars: u64,
  out: u64,
): u32 {
  return multiply(BANDERSNATCH, true, bases, scalars, out);
}
