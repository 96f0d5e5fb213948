// The five groups behind one interface: sizes, encodings and operations of the one selected.

import { bandersnatchInit, tAdd, tAddAffine, tDouble, tNegate, tSetNeutral, tToAffine } from "./bandersnatch";
import { readBls, readEdwards, readPasta, writeBls, writeEdwards, writePasta } from "./codec";
import { selectExtension, size } from "./element";
import {
  FE,
  FIELD_BANDERSNATCH,
  FIELD_BLS12_381,
  FIELD_PALLAS,
  FIELD_VESTA,
  selectField,
  wordsBelow,
} from "./field";
import { BANDERSNATCH_ORDER, BANDERSNATCH_P, PALLAS_P, VESTA_P } from "./fields.generated";
import { pairingInit } from "./pairing";
import {
  wAdd,
  wAddAffine,
  wAffineIsInfinity,
  wDouble,
  wNegate,
  wSetInfinity,
  wSubAffine,
  wToAffine,
} from "./weierstrass";

export const G1: u32 = 0;
export const G2: u32 = 1;
export const PALLAS: u32 = 2;
export const VESTA: u32 = 3;
export const BANDERSNATCH: u32 = 4;

let curve: u32 = 0;

/** Bytes of an encoded point. */
export let encodedSize: u32 = 0;
/** Bytes of a point in working memory. */
export let pointSize: u32 = 0;
export let affineSize: u32 = 0;
/** The group's prime order, eight words. */
let order: u32 = 0;

export function curvesInit(): void {
  pairingInit();
  bandersnatchInit();
}

export function selectCurve(kind: u32): void {
  curve = kind;
  selectExtension(kind == G2);
  affineSize = 2 * size;
  pointSize = kind == BANDERSNATCH ? 4 * FE : 3 * size;
  switch (kind) {
    case G1:
    case G2:
      selectField(FIELD_BLS12_381);
      encodedSize = kind == G1 ? 96 : 192;
      order = BANDERSNATCH_P;
      break;
    case PALLAS:
      selectField(FIELD_PALLAS);
      encodedSize = 65;
      order = VESTA_P;
      break;
    case VESTA:
      selectField(FIELD_VESTA);
      encodedSize = 65;
      order = PALLAS_P;
      break;
    default:
      selectField(FIELD_BANDERSNATCH);
      encodedSize = 64;
      order = BANDERSNATCH_ORDER;
  }
}

/** The group's prime order, eight words. */
export function groupOrder(): u32 {
  return order;
}

/** Bits of the order. */
export function orderBits(): u32 {
  return 256 - u32(clz(load<u32>(order, 28)));
}

/** Whether 32 little-endian bytes are below the order. */
export function isScalar(bytes: u32): bool {
  return wordsBelow(bytes, order, 8);
}

/** Decodes `encodedSize` bytes to an affine point. */
export function readPoint(r: u32, from: u32): bool {
  if (curve <= G2) return readBls(r, from, size);
  return curve == BANDERSNATCH ? readEdwards(r, from) : readPasta(r, from);
}

const RESULT: u32 = u32(memory.data(256, 16));

/** Encodes a point; false if it has no affine form. */
export function writePoint(to: u32, p: u32): bool {
  if (curve == BANDERSNATCH) {
    if (!tToAffine(RESULT, p)) return false;
    writeEdwards(to, RESULT);
    return true;
  }
  wToAffine(RESULT, p);
  const infinity = wAffineIsInfinity(RESULT);
  if (curve <= G2) writeBls(to, RESULT, size, infinity);
  else writePasta(to, RESULT, infinity);
  return true;
}

export function setNeutral(p: u32): void {
  if (curve == BANDERSNATCH) tSetNeutral(p);
  else wSetInfinity(p);
}

export function double(r: u32, p: u32): void {
  if (curve == BANDERSNATCH) tDouble(r, p);
  else wDouble(r, p);
}

export function addPoints(r: u32, p: u32, q: u32): void {
  if (curve == BANDERSNATCH) tAdd(r, p, q);
  else wAdd(r, p, q);
}

export function negatePoint(p: u32): void {
  if (curve == BANDERSNATCH) tNegate(p);
  else wNegate(p);
}

/** r = p + q, or p - q if `negative`, for an affine q */
export function addAffine(r: u32, p: u32, q: u32, negative: bool): void {
  if (curve == BANDERSNATCH) tAddAffine(r, p, q, negative);
  else if (negative) wSubAffine(r, p, q);
  else wAddAffine(r, p, q);
}
