import { TWOX256_WASM_BASE64 } from './twox256.generated.ts';

/** The part of the WebAssembly API that is used; the compiler's types for it come with those of the whole DOM. */
interface WasmApi {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
}

/** What assembly/twox256.ts exports. */
interface Twox256Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  blockAddress(): number;
  blockSize(): number;
  outputAddress(): number;
  reset(): void;
  update(length: number): void;
  finish(tail: number, total: bigint): void;
}

const STRIPE_BYTES = 32;
const DIGEST_BYTES = 32;

interface Hasher {
  readonly exports: Twox256Exports;
  readonly block: Uint8Array;
  readonly output: Uint8Array;
}

let hasher: Hasher | undefined;

function instantiate(): Hasher {
  const binary = Uint8Array.from(atob(TWOX256_WASM_BASE64), (character) => character.charCodeAt(0));
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  const exports = new Instance(new Module(binary)).exports as Twox256Exports;
  const { buffer } = exports.memory;
  return {
    exports,
    block: new Uint8Array(buffer, exports.blockAddress(), exports.blockSize()),
    output: new Uint8Array(buffer, exports.outputAddress(), DIGEST_BYTES),
  };
}

/**
 * The checksum of an artifact file, given in one or more parts: twox-256 of all its bytes, 32 bytes (four xxHash64 with the seeds 0 to 3, each
 * little-endian). Synchronous. The first call compiles a module of 1 kB; in a process that may not compile any
 * more, make that call before.
 */
export function artifactChecksum(...parts: readonly Uint8Array[]): Uint8Array {
  hasher ??= instantiate();
  const { exports, block, output } = hasher;
  let total = 0;
  let filled = 0;
  exports.reset();
  for (const part of parts) {
    total += part.byteLength;
    for (let at = 0; at < part.byteLength; ) {
      const piece = part.subarray(at, at + block.byteLength - filled);
      block.set(piece, filled);
      at += piece.byteLength;
      filled += piece.byteLength;
      if (filled < block.byteLength) continue;
      exports.update(filled);
      filled = 0;
    }
  }
  const tail = filled % STRIPE_BYTES;
  if (filled > tail) exports.update(filled - tail);
  block.copyWithin(0, filled - tail, filled);
  exports.finish(tail, BigInt(total));
  return output.slice();
}
