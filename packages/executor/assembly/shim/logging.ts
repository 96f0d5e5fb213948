// ext_logging_* and ext_misc_print_*. JavaScript is called only for lines that pass the level filter.

import { addressOf, checkRange, lengthOf, readWhole } from "./arguments";
import { heapReset, isUtf8 } from "./core";
import { BAD_ENUM, BAD_UTF8, fail } from "./reasons";
import { LOG_LEVEL, state } from "./state";

// All addresses are in the guest's memory.

@external("host", "log")
declare function hostLog(level: u32, target: u32, targetLength: u32, text: u32, textLength: u32): void;
@external("host", "print")
declare function hostPrint(hexadecimal: u32, text: u32, length: u32): void;
@external("host", "printNumber")
declare function hostPrintNumber(low: u32, high: u32): void;

const DEBUG_FILTER: u32 = 4;

export function ext_logging_log_version_1(level: u32, target: u64, message: u64): void {
  if ((level & 0xff) > 4) fail(BAD_ENUM);
  heapReset();
  const targetBytes = readWhole(target);
  if (!isUtf8(targetBytes, lengthOf(target))) fail(BAD_UTF8);
  checkRange(addressOf(message), lengthOf(message));
  if ((level & 0xff) >= load<u32>(state + LOG_LEVEL)) return;
  if (!isUtf8(readWhole(message), lengthOf(message))) return;
  hostLog(level & 0xff, addressOf(target), lengthOf(target), addressOf(message), lengthOf(message));
}

export function ext_logging_max_level_version_1(): u32 {
  return load<u32>(state + LOG_LEVEL);
}

export function ext_misc_print_num_version_1(value: u64): void {
  if (load<u32>(state + LOG_LEVEL) >= DEBUG_FILTER) hostPrintNumber(u32(value), u32(value >> 32));
}

export function ext_misc_print_utf8_version_1(text: u64): void {
  checkRange(addressOf(text), lengthOf(text));
  if (load<u32>(state + LOG_LEVEL) < DEBUG_FILTER) return;
  heapReset();
  if (isUtf8(readWhole(text), lengthOf(text))) hostPrint(0, addressOf(text), lengthOf(text));
}

export function ext_misc_print_hex_version_1(data: u64): void {
  checkRange(addressOf(data), lengthOf(data));
  if (load<u32>(state + LOG_LEVEL) >= DEBUG_FILTER) hostPrint(1, addressOf(data), lengthOf(data));
}
