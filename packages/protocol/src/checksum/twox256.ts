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
 * The checksum of an artifact file: twox-256 of all its bytes, 32 bytes (four xxHash64 with the seeds 0 to 3, each
 * little-endian). Synchronous. The first call compiles a module of 1 kB; in a process that may not compile any
 * more, make that call before.
 */
export function artifactChecksum(bytes: Uint8Array): Uint8Array {
  hasher ??= instantiate();
  const { exports, block, output } = hasher;
  const total = bytes.byteLength;
  const tail = total % STRIPE_BYTES;
  exports.reset();
  for (let at = 0; at < total - tail; ) {
    const end = Math.min(at + block.byteLength, total - tail);
    block.set(bytes.subarray(at, end));
    exports.update(end - at);
    at = end;
  }
  block.set(bytes.subarray(total - tail));
  exports.finish(tail, BigInt(total));
  return output.slice();
}
