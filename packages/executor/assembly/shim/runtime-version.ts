// ext_misc_runtime_version.

import { lengthOf, readWhole, returnFat } from "./arguments";
import { heapReset, runtimeVersion, runtimeVersionResult } from "./core";
import { HELPER_OUT_OF_MEMORY, fail } from "./reasons";
import { output } from "./state";

/**
 * Decompresses a zstd blob at an address of the helper's memory into fresh memory there, whose length it
 * leaves at `lengthAt`. 0: no valid blob, or larger than allowed.
 */
@external("host", "decompress")
declare function hostDecompress(address: u32, length: u32, lengthAt: u32): u32;

const COMPRESSED: u64 = 0x058edb467653bc52;

export function ext_misc_runtime_version_version_1(code: u64): u64 {
  heapReset();
  let address = readWhole(code);
  let length = lengthOf(code);
  if (length >= 8 && load<u64>(address) == COMPRESSED) {
    address = hostDecompress(address, length, output);
    length = address ? load<u32>(output) : 0;
  }
  const size = runtimeVersion(address, length);
  if (!size) fail(HELPER_OUT_OF_MEMORY);
  return returnFat(runtimeVersionResult(), size);
}
