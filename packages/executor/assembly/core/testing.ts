// Entry of test/host-functions/fields.test.ts: what is worth testing by itself, with operands that signatures
// hardly ever produce.

export { multiplyWords, reduceWide } from "./field/barrett";
export { feFromBytes, feInvert, feToBytes } from "./field/convert25519";
export { feMul, feSquare } from "./field/field25519";
export { fpFromWords, fpToWords } from "./field/convert-secp256k1";
export { fpCarry, fpHalf, fpMul, fpSquare } from "./field/field-secp256k1";
export { invertWords } from "./field/invert";
export { scalarSplit } from "./field/scalar-secp256k1";

export const SPACE: u32 = u32(memory.data(4096, 64));
