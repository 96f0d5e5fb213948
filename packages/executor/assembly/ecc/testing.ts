// Entry of test/host-functions/ecc-fields.test.ts: the fields, with operands that points hardly ever produce.

export { add, fromWords, invert, isUpperHalf, isZero, mul, negate, selectField, sub, toWords } from "./field";
export { mul2 } from "./fp2";

export const SPACE: u32 = u32(memory.data(4096, 64));
