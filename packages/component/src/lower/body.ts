import type { Reader } from '../binary/reader.ts';
import { Writer } from '../binary/writer.ts';
import { ComponentError } from '../errors.ts';
import {
  type Lowering,
  MEMORY_OPERANDS,
  PREFIXED,
  REFUSED,
  REFUSED_PREFIXED,
  SINGLE,
} from './instructions.ts';

const CALL = 0x10;
const SELECT = 0x1b;
const TYPED_SELECT = 0x1c;

/**
 * The body of a function with everything after the MVP replaced. Instructions that stay are copied byte for byte.
 * @param functions indices of the adapter's helpers by name
 */
export function lowerBody(reader: Reader, functions: ReadonlyMap<string, number>): Uint8Array {
  const out = new Writer();
  let copied = reader.pos;
  const replace = (start: number, write: () => void) => {
    out.bytes(reader.bytes.subarray(copied, start));
    write();
    copied = reader.pos;
  };
  for (let groups = reader.count(2); groups > 0; groups--) {
    reader.u32();
    reader.byte();
  }
  while (!reader.done) {
    const start = reader.pos;
    const opcode = reader.byte();
    const lowering = SINGLE[opcode] ?? (opcode === 0xfc ? prefixed(reader) : undefined);
    if (lowering !== undefined) {
      if (opcode === 0x3f || opcode === 0x40) memoryIndex(reader);
      replace(start, () => write(out, lowering, functions));
    } else if (opcode === TYPED_SELECT) {
      // Of numbers it is the untyped one.
      for (const type of reader.take(reader.count())) if (type < 0x7c) refuse('reference types');
      replace(start, () => out.byte(SELECT));
    } else skipImmediates(reader, opcode);
  }
  out.bytes(reader.bytes.subarray(copied, reader.pos));
  return out.finish();
}

function write(out: Writer, lowering: Lowering, functions: ReadonlyMap<string, number>): void {
  if ('bytes' in lowering) out.bytes(lowering.bytes);
  else out.byte(CALL).u32(functions.get(lowering.call)!);
}

function prefixed(reader: Reader): Lowering {
  const number = reader.u32();
  const lowering = PREFIXED[number];
  if (lowering === undefined) return refuse(REFUSED_PREFIXED[number] ?? `instruction 0xfc ${number}`);
  for (let left = MEMORY_OPERANDS[number] ?? 0; left > 0; left--) memoryIndex(reader);
  return lowering;
}

function memoryIndex(reader: Reader): void {
  if (reader.u32() !== 0) refuse('several memories');
}

function skipImmediates(reader: Reader, opcode: number): void {
  if (opcode >= 0x45 && opcode <= 0xbf) return;
  if (opcode >= 0x28 && opcode <= 0x3e) {
    if (reader.u32() >= 0x40) refuse('several memories');
    reader.u32();
  } else if ((opcode >= 0x20 && opcode <= 0x24) || INDEXED.has(opcode)) reader.u32();
  else if (BLOCKS.has(opcode)) {
    const type = reader.byte();
    if (type !== 0x40 && (type < 0x7c || type > 0x7f)) refuse('blocks with several values (multi-value)');
  } else if (opcode === 0x0e) for (let targets = reader.count(); targets >= 0; targets--) reader.u32();
  else if (opcode === 0x11) {
    reader.u32();
    reader.u32();
  } else if (opcode === 0x41) reader.skipSigned(32);
  else if (opcode === 0x42) reader.skipSigned(64);
  else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if (!BARE.has(opcode)) {
    const proposal = REFUSED.find(([first, last]) => opcode >= first && opcode <= last)?.[2];
    refuse(proposal ?? `instruction 0x${opcode.toString(16)}`);
  }
}

/** `br`, `br_if`, `call`: one index. */
const INDEXED = new Set([0x0c, 0x0d, CALL]);
/** `block`, `loop`, `if`. */
const BLOCKS = new Set([0x02, 0x03, 0x04]);
/** `unreachable`, `nop`, `else`, `end`, `return`, `drop`, `select`. */
const BARE = new Set([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, SELECT]);

function refuse(what: string): never {
  throw new ComponentError(
    'NOT_LOWERABLE',
    { what },
    `the component uses ${what}, which has no equivalent in the WebAssembly that the relay chain accepts`,
    'switch the feature off in the compiler that built the component',
  );
}
