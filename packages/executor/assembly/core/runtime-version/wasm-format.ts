// Whether bytes are a module as the reference's parser sees it: the format of the MVP, nothing validated.
// src/wasm/scan.ts applies the same rules where the rewriting needs to know more; test/host-functions keeps
// the two in agreement.

import { isUtf8 } from "../utf8";

let at: u32 = 0;
/** Reading beyond is a failure: the end of the module, section or body. */
let end: u32 = 0;
let failed: bool = false;

// After a failure the cursor is at the end, so that loops end soon; `failed` decides.
function fail(): u32 {
  failed = true;
  at = end;
  return 0;
}

// @ts-ignore: decorator
@inline
function byte(): u32 {
  if (at >= end) return fail();
  return load<u8>(at++);
}

/** An unsigned LEB128 number of 32 bits; padding is allowed. */
function number(): u32 {
  let next = byte();
  if (next < 0x80) return next;
  let value = next & 0x7f;
  for (let shift: u32 = 7; shift < 28; shift += 7) {
    next = byte();
    value |= (next & 0x7f) << shift;
    if (next < 0x80) return value;
  }
  next = byte();
  return next > 0x0f ? fail() : value | (next << 28);
}

/** A signed one of 32 bits. */
function signed(): i32 {
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < 28; shift += 7) {
    const next = byte();
    value |= (next & 0x7f) << shift;
    if (next < 0x80) return i32(value << (25 - shift)) >> (25 - shift);
  }
  const next = byte();
  if (next > 0x07 && (next < 0x78 || next > 0x7f)) return fail();
  return value | (next << 28);
}

function skipSigned64(): void {
  for (let i = 0; i < 9; i++) if (byte() < 0x80) return;
  const next = byte();
  if (next != 0 && next != 0x7f) fail();
}

function skip(length: u32): void {
  if (length > end - at) fail();
  else at += length;
}

function skipName(): void {
  const length = number();
  const start = at;
  skip(length);
  if (!failed && !isUtf8(start, length)) fail();
}

function valueType(): void {
  const type = byte();
  if (type < 0x7c || type > 0x7f) fail();
}

function blockType(): void {
  const type = signed();
  if (type != -0x40 && (type < -4 || type > -1)) fail();
}

function zero(): void {
  if (byte() != 0) fail();
}

const END: u32 = 0x0b;

/** Steps over one instruction; returns its opcode, END after a failure. */
function instruction(): u32 {
  const opcode = byte();
  if (opcode >= 0x45) {
    if (opcode > 0xbf) fail();
  } else if (opcode >= 0x20) {
    if (opcode <= 0x24) number();
    else if (opcode < 0x28) fail();
    else if (opcode <= 0x3e) {
      number();
      number();
    } else if (opcode <= 0x40) zero();
    else if (opcode == 0x41) signed();
    else if (opcode == 0x42) skipSigned64();
    else skip(opcode == 0x43 ? 4 : 8);
  } else {
    switch (opcode) {
      case 0x00:
      case 0x01:
      case 0x05:
      case 0x0b:
      case 0x0f:
      case 0x1a:
      case 0x1b:
        break;
      case 0x02:
      case 0x03:
      case 0x04:
        blockType();
        break;
      case 0x0c:
      case 0x0d:
      case 0x10:
        number();
        break;
      case 0x0e:
        for (let targets = u64(number()) + 1; targets && !failed; targets--) number();
        break;
      case 0x11:
        number();
        zero();
        break;
      default:
        fail();
    }
  }
  return failed ? END : opcode;
}

function body(): void {
  let locals: u64 = 0;
  for (let groups = number(); groups && !failed; groups--) {
    locals += number();
    valueType();
    if (locals > 0xffffffff) fail();
  }
  let depth: u32 = 1;
  while (depth && !failed) {
    const opcode = instruction();
    if (opcode == END) depth--;
    else if (opcode >= 0x02 && opcode <= 0x04) depth++;
  }
  if (at != end) fail();
}

function expression(): void {
  while (instruction() != END);
}

function limits(): void {
  const flags = byte();
  if (flags > 1) fail();
  number();
  if (flags == 1) number();
}

function table(): void {
  if (byte() != 0x70) fail();
  limits();
}

function globalType(): void {
  valueType();
  if (byte() > 1) fail();
}

function importEntry(): void {
  skipName();
  skipName();
  const kind = byte();
  if (kind == 0) number();
  else if (kind == 1) table();
  else if (kind == 2) limits();
  else if (kind == 3) globalType();
  else fail();
}

function typeEntry(): void {
  if (byte() != 0x60) fail();
  for (let params = number(); params && !failed; params--) valueType();
  const results = number();
  for (let i: u32 = 0; i < results && !failed; i++) valueType();
  if (results > 1) fail();
}

function bodyEntry(): void {
  const size = number();
  if (size > end - at) {
    fail();
    return;
  }
  const outer = end;
  end = at + size;
  body();
  end = outer;
}

function entry(section: u32): void {
  switch (section) {
    case 1:
      typeEntry();
      break;
    case 2:
      importEntry();
      break;
    case 3:
      number();
      break;
    case 4:
      table();
      break;
    case 5:
      limits();
      break;
    case 6:
      globalType();
      expression();
      break;
    case 7:
      skipName();
      if (byte() > 3) fail();
      number();
      break;
    case 9:
      number();
      expression();
      for (let members = number(); members && !failed; members--) number();
      break;
    case 10:
      bodyEntry();
      break;
    case 11:
      number();
      expression();
      skip(number());
      break;
  }
}

const CODE: u32 = 10;
const DATA_COUNT: u32 = 12;

/** Position of each section id in a module: the data count comes before the code. */
const ORDER = u32(memory.data<u8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10]));

/** Whether the range is a module. */
export function isModule(address: u32, length: u32): bool {
  at = address + 8;
  end = address + length;
  failed = length < 8 || load<u64>(address) != 0x000000016d736100;
  const moduleEnd = end;
  let order: u32 = 0;
  let functions: u32 = 0;
  let bodies: u32 = 0;
  while (!failed && at < moduleEnd) {
    const id = byte();
    const size = number();
    if (failed || id > DATA_COUNT || size > end - at) return false;
    const start = at;
    end = at + size;
    if (id == 0) {
      skipName();
      at = failed ? at : end;
    } else {
      const next = u32(load<u8>(ORDER + id));
      if (next <= order) return false;
      order = next;
      const count = number();
      if (id == 3) functions = count;
      if (id == CODE) {
        bodies = count;
        if (bodies != functions) return false;
      }
      // A start section and a data count are one number.
      if (id != 8 && id != DATA_COUNT) for (let i: u32 = 0; i < count && !failed; i++) entry(id);
    }
    if (failed || at != start + size) return false;
    end = moduleEnd;
  }
  return !failed && functions == bodies;
}

/** Where the contents found by findSection start and end. */
export let contents: u32 = 0;
export let contentsEnd: u32 = 0;

/** Finds the first custom section of that name in a module; false if there is none. */
export function findSection(address: u32, length: u32, name: u32, nameLength: u32): bool {
  at = address + 8;
  end = address + length;
  failed = false;
  while (at < end) {
    const id = byte();
    const size = number();
    const sectionEnd = at + size;
    if (id == 0 && number() == nameLength && memory.compare(at, name, nameLength) == 0) {
      contents = at + nameLength;
      contentsEnd = sectionEnd;
      return true;
    }
    at = sectionEnd;
  }
  return false;
}
