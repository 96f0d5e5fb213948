import { Op, SHAPE, Shape } from './opcodes.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** Steps over one instruction, checking its immediates; returns the opcode. */
export function skipInstruction(reader: Reader): number {
  const opcode = reader.byte();
  switch (SHAPE[opcode]) {
    case Shape.unknown:
      return unknownOpcode(reader, opcode);
    case Shape.index:
    case Shape.br:
    case Shape.brIf:
    case Shape.call:
      reader.u32();
      break;
    case Shape.memory:
      reader.u32();
      reader.u32();
      break;
    case Shape.i32:
      reader.i32();
      break;
    case Shape.i64:
      reader.skipI64();
      break;
    case Shape.f32:
      reader.skip(4);
      break;
    case Shape.f64:
      reader.skip(8);
      break;
    case Shape.block:
    case Shape.loop:
    case Shape.if:
      reader.blockType();
      break;
    case Shape.brTable:
      for (let targets = reader.u32(); targets >= 0; targets--) reader.u32();
      break;
    case Shape.callIndirect:
      reader.u32();
      reader.zeroByte('table');
      break;
    case Shape.memoryIndex:
      reader.zeroByte('memory');
      break;
  }
  return opcode;
}

export function unknownOpcode(reader: Reader, opcode: number): never {
  const proposal = PROPOSALS.find(([first, last]) => opcode >= first && opcode <= last)?.[2];
  const hex = opcode.toString(16).padStart(2, '0');
  reader.fail(`unknown opcode 0x${hex}${proposal ? ` (${proposal})` : ''}`, reader.pos - 1);
}

/** Which proposal an opcode comes from, so that the author knows what to switch off. */
const PROPOSALS: readonly (readonly [first: number, last: number, name: string])[] = [
  [0x06, 0x0a, 'exception handling'],
  [0x12, 0x13, 'tail calls'],
  [0x14, 0x15, 'function references'],
  [0x18, 0x19, 'exception handling'],
  [0x1c, 0x1c, 'reference types'],
  [0x1f, 0x1f, 'exception handling'],
  [0x25, 0x26, 'reference types'],
  [0xc0, 0xc4, 'sign extension'],
  [0xd0, 0xd6, 'reference types'],
  [0xfb, 0xfb, 'garbage collection'],
  [0xfc, 0xfc, 'bulk memory or saturating conversions'],
  [0xfd, 0xfd, 'SIMD'],
  [0xfe, 0xfe, 'threads'],
];

/** Copies one instruction that has been checked before, with every number in its shortest form. */
export function copyInstruction(reader: Reader, out: Writer): number {
  const start = reader.pos;
  reader.padded = false;
  const opcode = skipInstruction(reader);
  if (!reader.padded) {
    out.copy(reader.code, start, reader.pos);
    return opcode;
  }
  const after = reader.pos;
  reader.pos = start + 1;
  out.byte(opcode);
  switch (SHAPE[opcode]) {
    case Shape.memory:
      out.u32(reader.u32());
      out.u32(reader.u32());
      break;
    case Shape.i32:
      out.i32(reader.i32());
      break;
    case Shape.i64:
      copyI64(reader, out);
      break;
    case Shape.block:
    case Shape.loop:
    case Shape.if:
      out.i32(reader.blockType());
      break;
    case Shape.brTable: {
      const targets = reader.u32();
      out.u32(targets);
      for (let i = 0; i <= targets; i++) out.u32(reader.u32());
      break;
    }
    default:
      out.u32(reader.u32());
      out.copy(reader.code, reader.pos, after);
  }
  reader.pos = after;
  return opcode;
}

/** The shortest form of a signed number is its padded form without the bytes that only repeat the sign. */
function copyI64(reader: Reader, out: Writer): void {
  const { code, pos } = reader;
  let end = pos;
  while (code[end]! >= 0x80) end++;
  let last = code[end]!;
  while (end > pos) {
    const previous = code[end - 1]! & 0x7f;
    const redundant = last === 0 ? previous < 0x40 : last === 0x7f && previous >= 0x40;
    if (!redundant) break;
    last = previous;
    end--;
  }
  out.copy(code, pos, end);
  out.byte(last);
}

/** An initialiser: instructions up to the first `end`, whatever they are; validation comes later. */
export function copyExpression(reader: Reader, out: Writer): void {
  while (copyInstruction(reader, out) !== Op.end);
}
