// Mutations of byte strings: those of libFuzzer and AFL, with the numbers and texts of the code under test as a
// dictionary, and LEB128 and SCALE compact numbers, which all formats here are made of.

const INTERESTING = [
  0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0xffff, 0x10000, 0x3fffffff,
];
const LARGE = [0x40000000, 0x7fffffff, 0x80000000, 0xffffffff];

/** A small fast generator (mulberry32): runs with the same seed make the same choices. */
export function randomSource(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return { below: (limit) => (limit <= 1 ? 0 : next() % limit), pick: (list) => list[next() % list.length] };
}

/** Tokens of a program: its texts and its numbers, in the ways in which they may be in the input. */
export function dictionaryOf(code) {
  const tokens = new Map();
  const add = (bytes) => {
    if (bytes.length > 0 && bytes.length <= 32) tokens.set(bytes.toString('hex'), bytes);
  };
  for (const [text] of code.matchAll(/"[\w .:<>-]{2,24}"/g)) add(Buffer.from(text.slice(1, -1)));
  for (const [text] of code.matchAll(/\b(?:0x[0-9a-fA-F]{1,8}|\d{1,10})\b/g)) {
    const value = Number(text);
    if (value > 0xffffffff) continue;
    add(leb(value));
    add(fixed(value, value > 0xffff ? 4 : value > 0xff ? 2 : 1));
  }
  return [...tokens.values()];
}

function fixed(value, bytes) {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value % 2 ** (8 * bytes), 0, bytes);
  return buffer;
}

function leb(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function compact(value) {
  if (value < 64) return fixed(value * 4, 1);
  if (value < 0x4000) return fixed(value * 4 + 1, 2);
  if (value < 0x40000000) return fixed(value * 4 + 2, 4);
  return Buffer.concat([Buffer.of(3), fixed(value, 4)]);
}

function splice(bytes, at, removed, inserted) {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

/** @returns a new string of at most `maxBytes`; `others` is the corpus */
export function mutate(parent, { random, others, dictionary, maxBytes }) {
  let bytes = Buffer.from(parent);
  for (let left = 1 + random.below(random.below(4) === 0 ? 12 : 3); left > 0; left--) {
    bytes = mutateOnce(bytes, random, others, dictionary);
  }
  return bytes.length <= maxBytes ? bytes : bytes.subarray(0, maxBytes);
}

function mutateOnce(bytes, random, others, dictionary) {
  const at = random.below(bytes.length + 1);
  const on = Math.min(at, Math.max(0, bytes.length - 1));
  const length = Math.min(1 + random.below(random.below(3) === 0 ? 64 : 8), bytes.length - at);
  const number = random.below(3) === 0 ? random.pick(LARGE) : random.pick(INTERESTING);
  switch (bytes.length === 0 ? 5 : random.below(13)) {
    case 0:
      bytes[on] ^= 1 << random.below(8);
      return bytes;
    case 1:
      bytes[on] = random.below(256);
      return bytes;
    case 2:
      bytes[on] = bytes[on] + random.below(33) - 16;
      return bytes;
    case 3:
      return splice(bytes, at, length, Buffer.alloc(0));
    case 4:
      return splice(bytes, at, 0, bytes.subarray(at, at + length));
    case 5:
      return splice(
        bytes,
        at,
        0,
        Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256))),
      );
    case 6:
      return dictionary.length === 0
        ? bytes
        : splice(bytes, at, random.below(2) * length, random.pick(dictionary));
    case 7:
      return splice(bytes, at, random.below(3), leb(number));
    case 8:
      return splice(bytes, at, random.below(5), compact(number));
    case 9:
      return splice(bytes, at, random.pick([0, 1, 2, 4, 8]), fixed(number, random.pick([1, 2, 4])));
    case 10: {
      const other = random.pick(others);
      const from = random.below(other.length + 1);
      return splice(bytes, at, length, other.subarray(from, from + 1 + random.below(64)));
    }
    case 11: {
      const other = random.pick(others);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    default:
      return bytes.subarray(0, at);
  }
}
