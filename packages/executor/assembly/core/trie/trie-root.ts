// Root hash of a trie given as a list of entries.

import { heapAllocate, heapRoom } from "../heap";
import { scaleBytes, scaleCompact, scaleFailed, scaleOpen, writeCompact } from "../scale";
import {
  BRANCH,
  BRANCH_HASHED_VALUE,
  BRANCH_WITH_VALUE,
  HASHED_VALUE_FROM,
  LEAF,
  LEAF_HASHED_VALUE,
  hashTo,
  selectHasher,
  writeHeader,
} from "./trie-node";

// An entry: address and length of the key, address and length of the value, u32 each.
const ENTRY: u32 = 16;

/** Results besides 0: success. */
export const BAD_SCALE: u32 = 1;
export const NO_MEMORY: u32 = 2;

let hashValues: bool = false;
let noMemory: bool = false;

/**
 * Writes the root of SCALE-encoded entries: pairs of key and value, or with `ordered` values whose keys
 * are their compact-encoded indices. Bytes after the list are ignored, as the reference does.
 *
 * @param layout state version, 0 or 1
 */
export function trieRoot(hasher: u32, layout: u32, ordered: bool, input: u32, length: u32, to: u32): u32 {
  selectHasher(hasher);
  hashValues = layout != 0;
  noMemory = false;
  scaleOpen(input, length);
  const count = scaleCompact();
  // Every entry takes a byte at least, a pair two: a larger count cannot be honest.
  if (scaleFailed() || count > length) return BAD_SCALE;
  const entries = heapAllocate(u64(count) * ENTRY);
  const keys = ordered ? heapAllocate(u64(count) * 5) : 1;
  if (!entries || !keys) return NO_MEMORY;
  readEntries(entries, count, ordered ? keys : 0);
  if (scaleFailed()) return BAD_SCALE;

  const sorted = sort(entries, count);
  if (!sorted) return NO_MEMORY;
  const last = dropDuplicates(sorted, sorted + count * ENTRY);

  // The nodes are written here; each write asks for room first, so the area grows as it must.
  const node = heapAllocate(16);
  if (!node) return NO_MEMORY;
  const size = writeNode(sorted, last, 0, node) - node;
  if (noMemory) return NO_MEMORY;
  hashTo(to, node, size);
  return 0;
}

function readEntries(entry: u32, count: u32, key: u32): void {
  for (let i: u32 = 0; i < count && !scaleFailed(); i++) {
    if (key) {
      const next = writeCompact(key, i);
      store<u32>(entry, key);
      store<u32>(entry, next - key, 4);
      key = next;
    } else {
      const length = scaleCompact();
      store<u32>(entry, scaleBytes(length));
      store<u32>(entry, length, 4);
    }
    const length = scaleCompact();
    store<u32>(entry, scaleBytes(length), 8);
    store<u32>(entry, length, 12);
    entry += ENTRY;
  }
}

/** Number of leading bytes two ranges share. */
function sharedBytes(a: u32, b: u32, limit: u32): u32 {
  let i: u32 = 0;
  while (i + 8 <= limit) {
    const difference = load<u64>(a + i) ^ load<u64>(b + i);
    if (difference) return i + (u32(ctz(difference)) >> 3);
    i += 8;
  }
  while (i < limit && load<u8>(a + i) == load<u8>(b + i)) i++;
  return i;
}

/** Whether the key of entry `a` comes after the key of entry `b`. */
function isAfter(a: u32, b: u32): bool {
  const aLength = load<u32>(a, 4);
  const bLength = load<u32>(b, 4);
  const limit = min(aLength, bLength);
  const shared = sharedBytes(load<u32>(a), load<u32>(b), limit);
  if (shared == limit) return aLength > bLength;
  return load<u8>(load<u32>(a) + shared) > load<u8>(load<u32>(b) + shared);
}

// @ts-ignore: decorator
@inline
function move(to: u32, from: u32): void {
  v128.store(to, v128.load(from));
}

/** Merge sort from the bottom up, stable. Returns where the result is, 0 without memory. */
function sort(entries: u32, count: u32): u32 {
  const size = count * ENTRY;
  let source = entries;
  let target = heapAllocate(size);
  if (!target) return 0;
  for (let run = ENTRY; run < size; run <<= 1) {
    for (let start: u32 = 0; start < size; start += run << 1) {
      let a = source + start;
      const aEnd = source + min(start + run, size);
      let b = aEnd;
      const bEnd = source + min(start + (run << 1), size);
      let to = target + start;
      while (a < aEnd && b < bEnd) {
        if (isAfter(a, b)) {
          move(to, b);
          b += ENTRY;
        } else {
          move(to, a);
          a += ENTRY;
        }
        to += ENTRY;
      }
      memory.copy(to, a, aEnd - a);
      memory.copy(to + (aEnd - a), b, bEnd - b);
    }
    const swap = source;
    source = target;
    target = swap;
  }
  return source;
}

/** Keeps the last of the entries with equal keys; returns the new end. */
function dropDuplicates(first: u32, end: u32): u32 {
  let to = first;
  for (let from = first; from < end; from += ENTRY) {
    if (to > first && !isAfter(from, to - ENTRY)) to -= ENTRY;
    move(to, from);
    to += ENTRY;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function nibble(entry: u32, i: u32): u32 {
  const byte = u32(load<u8>(load<u32>(entry) + (i >> 1)));
  return i & 1 ? byte & 15 : byte >> 4;
}

/** Nibbles that the keys of two entries share. */
function sharedNibbles(a: u32, b: u32): u32 {
  const limit = min(load<u32>(a, 4), load<u32>(b, 4));
  const shared = sharedBytes(load<u32>(a), load<u32>(b), limit);
  if (shared == limit) return shared << 1;
  const difference = load<u8>(load<u32>(a) + shared) ^ load<u8>(load<u32>(b) + shared);
  return (shared << 1) + u32(difference < 16);
}

/** Writes nibbles `from` to `end` of a key, an odd one alone in front. */
function writePartial(to: u32, entry: u32, from: u32, end: u32): u32 {
  if ((end - from) & 1) {
    store<u8>(to++, nibble(entry, from));
    from++;
  }
  if (from & 1) {
    for (; from < end; from += 2) store<u8>(to++, (nibble(entry, from) << 4) | nibble(entry, from + 1));
    return to;
  }
  const bytes = (end - from) >> 1;
  memory.copy(to, load<u32>(entry) + (from >> 1), bytes);
  return to + bytes;
}

function writeValue(to: u32, entry: u32, hashed: bool): u32 {
  const length = load<u32>(entry, 12);
  if (hashed) {
    hashTo(to, load<u32>(entry, 8), length);
    return to + 32;
  }
  to = writeCompact(to, length);
  memory.copy(to, load<u32>(entry, 8), length);
  return to + length;
}

/**
 * Writes the node over entries `first` to `end`, whose keys agree in the nibbles before `cursor`, and
 * returns the address after it. Depth is at most the nibbles of the longest key, and a chain that deep
 * needs keys of all lengths: some thousands for the largest input.
 */
function writeNode(first: u32, end: u32, cursor: u32, to: u32): u32 {
  if (first == end) {
    store<u8>(to, 0);
    return to + 1;
  }
  const keyNibbles = load<u32>(first, 4) << 1;
  const valueLength = load<u32>(first, 12);
  // Header and partial key take at most 5 bytes and a byte per nibble; a branch 2 + 16 * 33 more.
  if (!heapRoom(to, u64(keyNibbles) + valueLength + 600)) {
    noMemory = true;
    return to;
  }
  const hashed = hashValues && valueLength >= HASHED_VALUE_FROM;
  if (first + ENTRY == end) {
    to = writeHeader(to, hashed ? LEAF_HASHED_VALUE : LEAF, keyNibbles - cursor);
    to = writePartial(to, first, cursor, keyNibbles);
    return writeValue(to, first, hashed);
  }

  const shared = sharedNibbles(first, end - ENTRY);
  const hasValue = shared == keyNibbles;
  to = writeHeader(to, !hasValue ? BRANCH : hashed ? BRANCH_HASHED_VALUE : BRANCH_WITH_VALUE, shared - cursor);
  to = writePartial(to, first, cursor, shared);
  const bitmapAt = to;
  let bitmap: u32 = 0;
  to += 2;
  if (hasValue) {
    to = writeValue(to, first, hashed);
    first += ENTRY;
  }
  while (first < end) {
    const index = nibble(first, shared);
    let next = first + ENTRY;
    while (next < end && nibble(next, shared) == index) next += ENTRY;
    bitmap |= 1 << index;
    // The child is written where it goes if it is short enough to be part of this node.
    const child = to + 1;
    const size = writeNode(first, next, shared + 1, child) - child;
    if (noMemory) return to;
    if (size < 32) {
      store<u8>(to, size << 2);
      to = child + size;
    } else {
      hashTo(child, child, size);
      store<u8>(to, 32 << 2);
      to = child + 32;
    }
    first = next;
  }
  store<u16>(bitmapAt, bitmap);
  return to;
}
