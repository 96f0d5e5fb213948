import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/**
 * Compiles with V8's inlining of wasm functions, which the worker programs are started without: for a guest it costs
 * more than twice the preparation and twice the code and makes no block faster, but the host functions are compiled
 * once per worker, are small, and have their hottest loops across functions. Leaves the flags as they were, because V8
 * takes no machine code that was made under others.
 */
export function withInlining<T>(compile: () => T): T {
  const before = cachedDataVersionTag();
  setFlagsFromString('--wasm-inlining');
  // V8 does not tell its flags, but the tag changes with them.
  const wasOff = cachedDataVersionTag() !== before;
  try {
    return compile();
  } finally {
    if (wasOff) setFlagsFromString('--no-wasm-inlining');
  }
}
