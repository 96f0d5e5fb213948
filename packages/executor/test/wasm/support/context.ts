import { type Bytes, F32, I32, I64 } from './binary.ts';

export interface Signature {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** Everything a function body may refer to. */
export interface Context {
  /** Function index space: the two imports, then the module's own. */
  readonly signatures: readonly Signature[];
  readonly types: readonly Signature[];
  /** Value types of mutable globals; global 0 is the fuel. */
  readonly globals: readonly number[];
  readonly tableSize: number;
}

export function zero(kind: number): Bytes {
  switch (kind) {
    case I32:
      return [0x41, 0];
    case I64:
      return [0x42, 0];
    case F32:
      return [0x43, 0, 0, 0, 0];
    default:
      return [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
  }
}
