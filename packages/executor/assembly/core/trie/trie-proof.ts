// Verification of a compact proof that a trie holds a value under a key.
//
// The proof lists the nodes on the way to the key, root first. What can be computed is left out: references
// to the listed nodes, and the value. Verification walks down, puts the value in, and rebuilds the nodes
// upwards: the root must come out.

import { heapAllocate, heapTrim } from "../heap";
import { scaleByte, scaleBytes, scaleCompact, scaleFail, scaleFailed, scaleOpen, writeCompact } from "../scale";
import {
  BRANCH,
  BRANCH_HASHED_VALUE,
  BRANCH_WITH_VALUE,
  HASHED_VALUE_FROM,
  LEAF,
  LEAF_HASHED_VALUE,
  hashTo,
  selectHasher,
  sizeMask,
  writeHeader,
} from "./trie-node";

// A node on the way, u32 each; then address and length of 16 children, address 0 for none.
const PARENT: u32 = 0;
const KIND: u32 = 4;
const PARTIAL: u32 = 8;
const NIBBLES: u32 = 12;
const VALUE_KIND: u32 = 16;
const VALUE: u32 = 20;
const VALUE_LENGTH: u32 = 24;
const INLINE: u32 = 28;
const NEXT: u32 = 32;
const CHILDREN: u32 = 40;
const NODE: u32 = CHILDREN + 16 * 8;

const KIND_EMPTY: u32 = 0;
const KIND_LEAF: u32 = 1;
const KIND_BRANCH: u32 = 2;

const VALUE_NONE: u32 = 0;
const VALUE_INLINE: u32 = 1;
const VALUE_HASHED: u32 = 2;

export const INVALID: u32 = 0;
export const VALID: u32 = 1;
export const BAD_SCALE: u32 = 2;
export const NO_MEMORY: u32 = 3;

let key: u32 = 0;
let keyNibbles: u32 = 0;
let noMemory: bool = false;

/**
 * @param root 32 bytes
 * @param proof SCALE-encoded list of nodes; bytes after it are ignored
 * @returns VALID, INVALID, BAD_SCALE or NO_MEMORY
 */
export function trieVerify(
  hasher: u32,
  layout: u32,
  root: u32,
  proof: u32,
  proofLength: u32,
  keyAddress: u32,
  keyLength: u32,
  value: u32,
  valueLength: u32,
): u32 {
  selectHasher(hasher);
  key = keyAddress;
  keyNibbles = keyLength << 1;
  noMemory = false;
  scaleOpen(proof, proofLength);
  const count = scaleCompact();
  if (scaleFailed() || count > proofLength) return BAD_SCALE;
  const list = heapAllocate(u64(count) * 8);
  if (!list) return NO_MEMORY;
  for (let i: u32 = 0; i < count && !scaleFailed(); i++) {
    const length = scaleCompact();
    store<u32>(list + (i << 3), scaleBytes(length));
    store<u32>(list + (i << 3), length, 4);
  }
  if (scaleFailed()) return BAD_SCALE;

  const end = list + (count << 3);
  if (list == end) return INVALID;
  let next = list + 8;
  let node = decode(load<u32>(list), load<u32>(list, 4), 0, false);
  let prefix: u32 = 0;
  while (node) {
    const step = advance(node, prefix);
    if (step == STEP_FOUND) break;
    if (step == STEP_ABSENT) return INVALID;
    prefix += load<u32>(node, NIBBLES) + 1;
    const child = node + CHILDREN + (load<u32>(node, NEXT) << 3);
    const length = load<u32>(child, 4);
    if (length == 32) return INVALID; // a hash that should have been left out
    if (length == 0) {
      if (next == end) return INVALID;
      node = decode(load<u32>(next), load<u32>(next, 4), node, false);
      next += 8;
    } else {
      node = decode(load<u32>(child), length, node, true);
    }
  }
  if (!node) return noMemory ? NO_MEMORY : INVALID;

  if (layout != 0 && valueLength >= HASHED_VALUE_FROM) {
    const hash = heapAllocate(32);
    if (!hash) return NO_MEMORY;
    hashTo(hash, value, valueLength);
    store<u32>(node, VALUE_HASHED, VALUE_KIND);
    store<u32>(node, hash, VALUE);
  } else {
    store<u32>(node, VALUE_INLINE, VALUE_KIND);
    store<u32>(node, value, VALUE);
    store<u32>(node, valueLength, VALUE_LENGTH);
  }
  return rebuild(node, root, next == end);
}

/** Rebuilds all nodes from the lowest up and compares the root. `complete`: no node was left over. */
function rebuild(node: u32, root: u32, complete: bool): u32 {
  while (true) {
    let length = encode(node);
    if (noMemory) return NO_MEMORY;
    if (!length) return INVALID;
    if (!load<u32>(node, INLINE)) {
      hashTo(encoded, encoded, length);
      length = 32;
    }
    if (length > 32) return INVALID;
    const parent = load<u32>(node, PARENT);
    if (!parent) {
      if (!complete) return INVALID;
      for (let i: u32 = 0; i < 32; i += 8) {
        if (load<u64>(encoded + i) != load<u64>(root + i)) return INVALID;
      }
      return VALID;
    }
    const child = parent + CHILDREN + (load<u32>(parent, NEXT) << 3);
    store<u32>(child, encoded);
    store<u32>(child, length, 4);
    node = parent;
  }
}

/** Reads a node; 0 if it is malformed or memory ran out. Bytes after the node are ignored. */
function decode(address: u32, length: u32, parent: u32, inlined: bool): u32 {
  const node = heapAllocate(NODE);
  if (!node) {
    noMemory = true;
    return 0;
  }
  memory.fill(node, 0, NODE);
  store<u32>(node, parent, PARENT);
  store<u32>(node, u32(inlined), INLINE);
  scaleOpen(address, length);
  const first = scaleByte();
  if (scaleFailed()) return 0;
  if (first == 0) return node;

  let kind = first & 0xc0;
  if (kind == 0) kind = first >= LEAF_HASHED_VALUE ? LEAF_HASHED_VALUE : BRANCH_HASHED_VALUE;
  if (first < BRANCH_HASHED_VALUE) return 0;
  const nibbles = decodeSize(first, sizeMask(kind), length << 1);
  const partial = scaleBytes((nibbles + 1) >> 1);
  if (scaleFailed()) return 0;
  if (nibbles & 1 && load<u8>(partial) & 0xf0) return 0;
  store<u32>(node, partial, PARTIAL);
  store<u32>(node, nibbles, NIBBLES);

  const isLeaf = kind == LEAF || kind == LEAF_HASHED_VALUE;
  store<u32>(node, isLeaf ? KIND_LEAF : KIND_BRANCH, KIND);
  let bitmap: u32 = 0;
  if (!isLeaf) {
    bitmap = load<u16>(scaleBytes(2));
    if (scaleFailed() || !bitmap) return 0;
  }
  if (kind == LEAF_HASHED_VALUE || kind == BRANCH_HASHED_VALUE) {
    store<u32>(node, VALUE_HASHED, VALUE_KIND);
    store<u32>(node, scaleBytes(32), VALUE);
  } else if (kind != BRANCH) {
    const size = scaleCompact();
    store<u32>(node, VALUE_INLINE, VALUE_KIND);
    store<u32>(node, scaleBytes(size), VALUE);
    store<u32>(node, size, VALUE_LENGTH);
  }
  for (let i: u32 = 0; bitmap; i++, bitmap >>= 1) {
    if (!(bitmap & 1)) continue;
    const size = scaleCompact();
    store<u32>(node + CHILDREN + (i << 3), scaleBytes(size));
    store<u32>(node + CHILDREN + (i << 3), size, 4);
  }
  return scaleFailed() ? 0 : node;
}

/** The number of nibbles that starts in the first byte. More than `limit` cannot be there. */
function decodeSize(first: u32, mask: u32, limit: u32): u32 {
  let size = first & mask;
  if (size < mask) return size;
  size--;
  while (true) {
    const byte = scaleByte();
    if (scaleFailed() || size > limit) return scaleFail();
    if (byte < 255) return size + byte + 1;
    size += 255;
  }
}

const STEP_ABSENT: u32 = 0;
const STEP_FOUND: u32 = 1;
const STEP_DOWN: u32 = 2;

// @ts-ignore: decorator
@inline
function keyNibble(i: u32): u32 {
  const byte = u32(load<u8>(key + (i >> 1)));
  return i & 1 ? byte & 15 : byte >> 4;
}

/** What the key, of which `prefix` nibbles led to the node, finds there. */
function advance(node: u32, prefix: u32): u32 {
  const kind = load<u32>(node, KIND);
  if (kind == KIND_EMPTY) return STEP_ABSENT;
  const partial = load<u32>(node, PARTIAL);
  const nibbles = load<u32>(node, NIBBLES);
  const at = prefix + nibbles;
  if (at > keyNibbles) return STEP_ABSENT;
  // An odd number of nibbles starts in the lower half of the first byte.
  const odd = nibbles & 1;
  for (let i: u32 = 0; i < nibbles; i++) {
    const byte = u32(load<u8>(partial + ((i + odd) >> 1)));
    if (keyNibble(prefix + i) != ((i + odd) & 1 ? byte & 15 : byte >> 4)) return STEP_ABSENT;
  }
  const valueKind = load<u32>(node, VALUE_KIND);
  if (kind == KIND_LEAF) {
    const omitted = valueKind == VALUE_INLINE && load<u32>(node, VALUE_LENGTH) == 0;
    return at == keyNibbles && omitted ? STEP_FOUND : STEP_ABSENT;
  }
  if (at == keyNibbles) return valueKind == VALUE_NONE ? STEP_FOUND : STEP_ABSENT;
  const index = keyNibble(at);
  if (!load<u32>(node + CHILDREN + (index << 3))) return STEP_ABSENT;
  store<u32>(node, index, NEXT);
  return STEP_DOWN;
}

let encoded: u32 = 0;

/** Writes the node at `encoded`; returns its size, 0 if a child is too long to be one. */
function encode(node: u32): u32 {
  const nibbles = load<u32>(node, NIBBLES);
  const valueKind = load<u32>(node, VALUE_KIND);
  const valueLength = load<u32>(node, VALUE_LENGTH);
  encoded = heapAllocate(u64(nibbles) + valueLength + 600);
  if (!encoded) {
    noMemory = true;
    return 0;
  }
  const isLeaf = load<u32>(node, KIND) == KIND_LEAF;
  let kind = isLeaf ? LEAF : valueKind == VALUE_NONE ? BRANCH : BRANCH_WITH_VALUE;
  if (valueKind == VALUE_HASHED) kind = isLeaf ? LEAF_HASHED_VALUE : BRANCH_HASHED_VALUE;
  let to = writeHeader(encoded, kind, nibbles);
  const bytes = (nibbles + 1) >> 1;
  memory.copy(to, load<u32>(node, PARTIAL), bytes);
  to += bytes;
  const bitmapAt = to;
  if (!isLeaf) to += 2;
  if (valueKind == VALUE_HASHED) {
    memory.copy(to, load<u32>(node, VALUE), 32);
    to += 32;
  } else if (valueKind == VALUE_INLINE) {
    to = writeCompact(to, valueLength);
    memory.copy(to, load<u32>(node, VALUE), valueLength);
    to += valueLength;
  }
  if (isLeaf) {
    heapTrim(to);
    return to - encoded;
  }
  let bitmap: u32 = 0;
  for (let i: u32 = 0; i < 16; i++) {
    const child = load<u32>(node + CHILDREN + (i << 3));
    if (!child) continue;
    const length = load<u32>(node + CHILDREN + (i << 3), 4);
    if (length > 32) return 0;
    bitmap |= 1 << i;
    to = writeCompact(to, length);
    memory.copy(to, child, length);
    to += length;
  }
  store<u16>(bitmapAt, bitmap);
  heapTrim(to);
  return to - encoded;
}
