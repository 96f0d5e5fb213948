import { readAdderPvf } from '@pvf/example-adder-pvf';

interface GuestExports {
  readonly memory: WebAssembly.Memory;
  readonly __heap_base: WebAssembly.Global;
  readonly validate_block: (pointer: number, length: number) => bigint;
}

/** Runs the guest as a worker would, in a fresh instance: parameters at the heap base, the result by pointer and length. */
export function callGuest(params: Uint8Array): Uint8Array {
  const module = new WebAssembly.Module(readAdderPvf() as Uint8Array<ArrayBuffer>);
  const guest = new WebAssembly.Instance(module, {}).exports as unknown as GuestExports;
  const pointer: number = guest.__heap_base.value;
  new Uint8Array(guest.memory.buffer).set(params, pointer);
  const packed = BigInt.asUintN(64, guest.validate_block(pointer, params.length));
  const start = Number(packed & 0xffffffffn);
  return new Uint8Array(guest.memory.buffer).slice(start, start + Number(packed >> 32n));
}

/** SCALE `ValidationParams`, and `ValidationResult` for a head without messages. Both byte strings are under 16 KiB. */
export function encodeParams(head: Uint8Array, block: Uint8Array, relayParent: number): Uint8Array {
  return concat(
    compact(head.length),
    head,
    compact(block.length),
    block,
    u32(relayParent),
    new Uint8Array(32),
  );
}
export function encodeResult(head: Uint8Array, relayParent: number): Uint8Array {
  return concat(compact(head.length), head, Uint8Array.of(0, 0, 0), u32(0), u32(relayParent));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
function compact(length: number): Uint8Array {
  return length < 64 ? Uint8Array.of(length << 2) : Uint8Array.of((length << 2) | 1, length >> 6);
}
function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
