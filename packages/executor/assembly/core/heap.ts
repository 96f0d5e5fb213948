// Working memory of one host call. Nothing outlives a call, so a bump pointer is all it takes.

/** Inputs up to this size are copied here; a multiple of every hash's block size. */
export const SCRATCH_SIZE: u32 = 58752;
export const SCRATCH: u32 = u32(memory.data(58752, 64));
export const OUTPUT: u32 = u32(memory.data(512, 64));

/** From here on memory is the heap; the second MiB holds the static data of assembly/ecc, if that is loaded. */
const HEAP_START: u32 = 2 << 20;

let floor: u32 = HEAP_START;
let top: u32 = 0;
let end: u32 = 0;

/** Forgets everything allocated since the last call. */
export function heapReset(): void {
  top = floor;
  end = u32(memory.size()) << 16;
}

/** `size` bytes, 16-byte aligned, or 0 when the machine has no more memory. */
export function heapAllocate(size: u64): u32 {
  const next = u64(top) + ((size + 15) & ~15);
  if (next > end) {
    if (next > 0xffff0000) return 0;
    const wanted = u32((next + 0xffff) >> 16) - u32(memory.size());
    const generous = wanted + (u32(memory.size()) >> 1);
    if (memory.grow(generous) == -1 && memory.grow(wanted) == -1) return 0;
    end = u32(memory.size()) << 16;
  }
  const address = top;
  top = u32(next);
  return address;
}

/** Zeroed memory that is never given back: the state of a guest. Not during a call. 0 as above. */
export function reserve(size: u32): u32 {
  heapReset();
  const address = heapAllocate(size);
  if (address) {
    memory.fill(address, 0, size);
    floor = top;
  }
  return address;
}

/** Makes sure that `size` bytes follow `address`, in the last area allocated. False without memory. */
export function heapRoom(address: u32, size: u64): bool {
  if (u64(address) + size <= end) return true;
  const kept = top;
  top = address;
  const found = heapAllocate(size) != 0;
  top = kept;
  return found;
}

/** Gives back what the last area has from `address` on. */
export function heapTrim(address: u32): void {
  top = (address + 15) & ~15;
}
