// The machine code of start-code.mjs against a disassembler: each line's bytes are the instruction beside them, each
// jump and address leads to the label that is named, and the numbers are those of Linux.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decoder, DecoderOptions, Formatter, FormatterSyntax, OpKind, Register } from 'iced-x86';
import { CODE, DATA_OFFSET, LIMITS, startCode } from './start-code.mjs';

/** asm/unistd_64.h, asm-generic/resource.h, fcntl.h and memfd.h of Linux. */
const NAMES = {
  SYS_write: 1,
  SYS_open: 2,
  SYS_close: 3,
  SYS_sendfile: 40,
  SYS_fcntl: 72,
  SYS_exit_group: 231,
  SYS_prlimit64: 302,
  SYS_memfd_create: 319,
  RLIMIT_STACK: 3,
  STDERR: 2,
  MFD_CLOEXEC: 1,
  MFD_ALLOW_SEALING: 2,
  MFD_NOEXEC_SEAL: 8,
  O_RDONLY: 0,
  O_CLOEXEC: 0o2000000,
  F_ADD_SEALS: 1033,
  F_SEAL_SEAL: 1,
  F_SEAL_SHRINK: 2,
  F_SEAL_GROW: 4,
  F_SEAL_WRITE: 8,
};
const REGISTERS = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'rbp', 'rax', 'rsp'];
const VALUES = { stackBytes: 0x1122334455, offset: 0x2233445566, length: 0x3344556677, entry: 0x44556677 };

/** One of each line: `{ bytes, label, text }`. */
const lines = CODE.trim()
  .split('\n')
  .map((line) => {
    const [, hex, label, text] = /^((?:[0-9a-f]{2} )*[0-9a-f]{2}) {2,}(?:(\w+): )?(.*)$/.exec(line);
    return { bytes: Buffer.from(hex.replaceAll(' ', ''), 'hex'), label, text };
  });
const offsets = lines.map((_, i) => lines.slice(0, i).reduce((sum, { bytes }) => sum + bytes.length, 0));
const image = startCode(VALUES);
/** What the code addresses behind itself, in this order. */
const data = Object.fromEntries(
  ['stackBytes', 'offset', 'length', 'entry', 'refusalLength', 'limitTable'].map((name, i) => [
    name,
    DATA_OFFSET + 8 * i,
  ]),
);
data.name = image.indexOf('pvf-ffi\0');
data.exe = image.indexOf('/proc/self/exe\0');
data.refusal = image.indexOf('the limits of this process');

/** All instructions of the code as a disassembler sees them, without the lines' help. */
function disassemble() {
  const length = lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const decoder = new Decoder(64, image.subarray(0, length), DecoderOptions.None);
  decoder.ip = 0n;
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.firstOperandCharIndex = 0;
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  const found = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    const near = [OpKind.NearBranch64].includes(instruction.opCount > 0 ? instruction.op0Kind : undefined);
    found.push({
      at: Number(instruction.ip),
      length: instruction.length,
      text: formatter.format(instruction),
      target: near ? Number(instruction.nearBranch64) : undefined,
      relative: instruction.memoryBase === Register.RIP ? Number(instruction.ipRelMemoryAddress) : undefined,
    });
    instruction.free();
  }
  decoder.free();
  formatter.free();
  return found;
}
const found = disassemble();

/** The text of a line in the disassembler's spelling, with what it names put in. */
function spelled(text) {
  const [, mnemonic, rest = ''] = /^(\w+) ?(.*)$/.exec(text);
  const operands = rest
    .split(', ')
    .filter((operand) => operand !== '')
    .map((operand) => {
      if (operand.startsWith('[') || operand.startsWith('qword [')) return 'memory';
      if (
        /^[\w| ]+$/.test(operand) &&
        operand.split(' | ').every((word) => word in NAMES || /^\d+$/.test(word))
      )
        return String(operand.split(' | ').reduce((sum, word) => sum | (NAMES[word] ?? Number(word)), 0));
      return operand;
    });
  return { mnemonic, operands };
}

/** What the disassembler wrote, with numbers in decimal. */
function read(text) {
  const [, mnemonic, rest = ''] = /^(\w+) ?(.*)$/.exec(text);
  const operands = rest.split(',').map((operand) => {
    if (operand.includes('[')) return 'memory';
    return /^(0x[0-9a-f]+|\d+)$/i.test(operand) ? String(Number(operand)) : operand;
  });
  return { mnemonic, operands: operands.filter((operand) => operand !== '') };
}

describe('the start code', () => {
  test('is decoded into its lines, one instruction each', () => {
    assert.deepEqual(
      found.map(({ at, length }) => [at, length]),
      lines.map(({ bytes }, i) => [offsets[i], bytes.length]),
    );
    assert.ok(lines.length > 100);
  });

  for (const [i, { text }] of lines.entries())
    test(`${offsets[i].toString(16)}: ${text}`, () => {
      const { text: seen, target, relative } = found[i];
      const [wanted, got] = [spelled(text), read(seen)];
      assert.equal(got.mnemonic, wanted.mnemonic);
      if (target !== undefined) {
        const label = lines.findIndex((line) => line.label === wanted.operands[0]);
        assert.equal(target, offsets[label], `does not lead to ${wanted.operands[0]}`);
        return;
      }
      assert.deepEqual(got.operands, wanted.operands);
      const inBrackets = /\[(\w+)(?: \+ (\d+))?\]/.exec(text);
      if (inBrackets === null) return;
      const [, base, displacement = '0'] = inBrackets;
      if (REGISTERS.includes(base)) {
        const [, seenBase, seenDisplacement = '0'] = /\[(\w+)(?:\+(\w+))?\]/.exec(seen);
        assert.deepEqual([seenBase, Number(seenDisplacement)], [base, Number(displacement)]);
      } else {
        assert.equal(relative, data[base], `does not address ${base}`);
      }
    });
});

test('the data behind the code is what the code addresses', () => {
  for (const [name, value] of Object.entries(VALUES))
    assert.equal(Number(image.readBigUInt64LE(data[name])), value);
  const text = image.toString('latin1', data.refusal);
  assert.equal(Number(image.readBigUInt64LE(data.refusalLength)), text.length);
  for (const [i, [resource, least]] of LIMITS.entries()) {
    assert.equal(Number(image.readBigUInt64LE(data.limitTable + 16 * i)), resource);
    assert.equal(Number(image.readBigUInt64LE(data.limitTable + 16 * i + 8)), least);
  }
  // RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_NOFILE of asm-generic/resource.h, and the end of the list.
  assert.deepEqual(
    LIMITS.map(([resource]) => resource),
    [1, 9, 7, 0],
  );
});

test('whatever is left of the room for code traps', () => {
  const end = offsets.at(-1) + lines.at(-1).bytes.length;
  assert.ok(end <= DATA_OFFSET);
  assert.ok(image.subarray(end, DATA_OFFSET).every((byte) => byte === 0xcc));
});
