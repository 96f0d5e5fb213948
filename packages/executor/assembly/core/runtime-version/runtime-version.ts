// The version that a runtime's code declares in its custom sections, in the encoding of today.

import { heapAllocate } from "../heap";
import { scaleAddress, scaleByte, scaleBytes, scaleCompact, scaleFailed, scaleOpen, writeCompact } from "../scale";
import { isUtf8 } from "../utf8";
import { contents, contentsEnd, findSection, isModule } from "./wasm-format";

// prettier-ignore
const RUNTIME_VERSION = u32(memory.data<u8>([
  0x72, 0x75, 0x6e, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, // runtime_version
]));
// prettier-ignore
const RUNTIME_APIS = u32(memory.data<u8>([
  0x72, 0x75, 0x6e, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x61, 0x70, 0x69, 0x73, // runtime_apis
]));
/** First half of BLAKE2b-64("Core"): the api whose version tells which fields a runtime version has. */
const CORE_API: u64 = 0x9b60079968cb6adf;

/** An api: 8 bytes of identifier, u32 of version. */
const API: u32 = 12;

/** Address of the result of the last call, in working memory. */
let result: u32 = 0;

export function runtimeVersionResult(): u32 {
  return result;
}

function coreVersion(apis: u32, count: u32, otherwise: i64): i64 {
  for (let i: u32 = 0; i < count; i++) {
    if (load<u64>(apis + i * API) == CORE_API) return i64(load<u32>(apis + i * API, 8));
  }
  return otherwise;
}

/** Steps over a string and returns whether it is one. */
function skipString(): bool {
  const length = scaleCompact();
  const start = scaleBytes(length);
  return !scaleFailed() && isUtf8(start, length);
}

/**
 * Writes SCALE Option<Vec<u8>> of the version: none for code that does not parse or declares nothing sound.
 *
 * @returns number of bytes, 0 without memory
 */
export function runtimeVersion(code: u32, length: u32): u32 {
  result = heapAllocate(u64(length) + 64);
  if (!result) return 0;
  store<u8>(result, 0);
  if (!isModule(code, length)) return 1;
  if (!findSection(code, length, RUNTIME_VERSION, 15)) return 1;
  const version = contents;
  const versionLength = contentsEnd - contents;

  let apis: u32 = 0;
  let count: u32 = 0;
  const declared = findSection(code, length, RUNTIME_APIS, 12);
  if (declared) {
    apis = contents;
    count = (contentsEnd - contents) / API;
    if (count * API != contentsEnd - contents) return 1;
  }
  let core = coreVersion(apis, count, -1);

  scaleOpen(version, versionLength);
  if (!skipString() || !skipString()) return 1;
  scaleBytes(12);
  const head = scaleAddress() - version;
  const inlineCount = scaleCompact();
  if (u64(inlineCount) * API > versionLength) return 1;
  const inlineApis = scaleBytes(inlineCount * API);
  if (scaleFailed()) return 1;
  if (core < 0) core = coreVersion(inlineApis, inlineCount, -1);
  const transactionVersion = core >= 3 ? scaleBytes(4) : 0;
  const systemVersion = core >= 4 ? scaleByte() : 0;
  if (scaleFailed()) return 1;
  if (!declared) {
    apis = inlineApis;
    count = inlineCount;
  }

  const size = head + (count < 1 << 6 ? 1 : count < 1 << 14 ? 2 : 4) + count * API + 5;
  store<u8>(result, 1);
  let to = writeCompact(result + 1, size);
  memory.copy(to, version, head);
  to = writeCompact(to + head, count);
  memory.copy(to, apis, count * API);
  to += count * API;
  store<u32>(to, transactionVersion ? load<u32>(transactionVersion) : 1);
  store<u8>(to, systemVersion, 4);
  return to + 5 - result;
}
