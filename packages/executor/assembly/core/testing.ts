// Entry of test/host-functions/fields.test.ts: what is worth testing by itself, with operands that signatures
// hardly ever produce.

export { multiplyWords, reduceWide } from "./barrett";
export { feFromBytes, feInvert, feToBytes } from "./convert25519";
export { feMul, feSquare } from "./field25519";
export { fpFromWords, fpToWords } from "./convert-secp256k1";
export { fpCarry, fpHalf, fpMul, fpSquare } from "./field-secp256k1";
export { invertWords } from "./invert";
export { scalarSplit } from "./scalar-secp256k1";

export const SPACE: u32 = u32(memory.data(4096, 64));
