// Tests of the machine code that starts the standalone programs, and of where it is put.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entryPoint, startWith, withoutSymbols } from './elf.mjs';
import { startCode } from './start-code.mjs';

const PAGE_BYTES = 4096;
const BASE = 0x400000;
const HEADERS_BYTES = 64 + 2 * 56;
/** Where the program's own code starts in the file. */
const TEXT = 0x1000;
const STACK_BYTES = 16 * 1024 * 1024;

/** Prints the soft limit of the stack (8 bytes) and all of the memory file with the lowest number, then exits with 7. */
const OWN_CODE = Buffer.from(
  [
    '6a00 6a00 6a00', // push 0, three times
    '31ff be03000000 31d2 4989e2 b82e010000 0f05', // prlimit64(0, RLIMIT_STACK, 0, rsp)
    'bf01000000 4889e6 ba08000000 b801000000 0f05', // write(1, rsp, 8)
    'bf01000000 be03000000 488d542410 41ba00100000 b828000000 0f05', // sendfile(1, 3, rsp + 16, 4096)
    'bf07000000 b8e7000000 0f05', // exit_group(7)
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
);

/** A static program of one executable segment, with `text` in it. */
function program({ text = OWN_CODE, after = Buffer.alloc(0), machine = 62, type = 2 } = {}) {
  const elf = Buffer.alloc(TEXT + text.length);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf.writeUInt16LE(type, 16);
  elf.writeUInt16LE(machine, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(BASE + TEXT), 24);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeBigUInt64LE(0x123456n, 40); // where sections would be
  for (const [at, value] of [
    [52, 64],
    [54, 56],
    [56, 2],
    [58, 64],
    [60, 3],
    [62, 2],
  ])
    elf.writeUInt16LE(value, at);
  segment(elf, 64, { flags: 4, offset: 0, bytes: HEADERS_BYTES });
  segment(elf, 64 + 56, { flags: 5, offset: TEXT, bytes: text.length });
  text.copy(elf, TEXT);
  return Buffer.concat([elf, after]);
}

function segment(elf, at, { flags, offset, bytes }) {
  elf.writeUInt32LE(1, at);
  elf.writeUInt32LE(flags, at + 4);
  for (const [i, value] of [offset, BASE + offset, BASE + offset, bytes, bytes, PAGE_BYTES].entries())
    elf.writeBigUInt64LE(BigInt(value), at + 8 + 8 * i);
}

/** With the start code, and `library` behind everything else. */
function assembled(library) {
  const elf = Buffer.concat([program({ after: Buffer.alloc(PAGE_BYTES - OWN_CODE.length) }), library]);
  const offset = elf.length - library.length;
  const values = { stackBytes: STACK_BYTES, offset, length: library.length, entry: entryPoint(elf) };
  startWith(elf, startCode(values));
  return elf;
}

function run(elf, before) {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-start-code-'));
  const path = join(directory, 'program');
  try {
    writeFileSync(path, elf);
    chmodSync(path, 0o755);
    return spawnSync('/bin/sh', ['-c', `${before}; exec "$0"`, path], { env: {} });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('a program with the start code', () => {
  const library = Buffer.from('this is the library');
  const elf = assembled(library);

  test('has the stack and the memory file when its own code starts', () => {
    const { status, stdout } = run(elf, 'ulimit -S -s 1024');
    assert.equal(status, 7);
    assert.equal(Number(stdout.readBigUInt64LE(0)), STACK_BYTES);
    assert.equal(stdout.toString('latin1', 8), String(library));
  });

  test('keeps a stack that is larger, and goes on with one that may not grow', () => {
    const kib = (2 * STACK_BYTES) / 1024;
    assert.equal(Number(run(elf, `ulimit -S -s ${kib}`).stdout.readBigUInt64LE(0)), 2 * STACK_BYTES);
    assert.equal(Number(run(elf, 'ulimit -s 1024').stdout.readBigUInt64LE(0)), 1024 * 1024);
  });

  for (const words of ['-n 20', '-v 1000000', '-f 8'])
    test(`says that it cannot start under ulimit ${words}`, () => {
      const { status, stdout, stderr } = run(elf, `ulimit ${words}`);
      // Not 1, which `pvf` votes against with.
      assert.equal(status, 2);
      assert.equal(String(stdout), '');
      assert.match(String(stderr), /^the limits of this process are too low: [^\0]*needed\n$/);
    });

  test('has no memory file where the library is cut', () => {
    const cut = elf.subarray(0, elf.length - 1);
    const { status, stdout } = run(cut, ':');
    assert.deepEqual({ status, length: stdout.length }, { status: 7, length: 8 });
  });
});

describe('the ELF file', () => {
  test('loses what is not loaded', () => {
    const stripped = withoutSymbols(program({ after: Buffer.alloc(10_000, 1) }));
    assert.equal(stripped.length, TEXT + OWN_CODE.length);
    assert.equal(stripped.readBigUInt64LE(40), 0n);
    assert.equal(run(stripped, ':').status, 7);
  });

  test('is not changed where the start code has no room', () => {
    const full = program({ text: Buffer.concat([OWN_CODE, Buffer.alloc(PAGE_BYTES - 500)]) });
    const code = Buffer.alloc(600, 0x90);
    const before = Buffer.from(full);
    assert.throws(() => startWith(full, code), /no executable segment/);
    assert.deepEqual(full, before);
    const used = program({ after: Buffer.alloc(PAGE_BYTES, 1) });
    assert.throws(() => startWith(used, code), /no executable segment/);
  });

  for (const [name, elf] of [
    ['an empty file', Buffer.alloc(64)],
    ['a program for arm64', program({ machine: 183 })],
    ['a program with addresses that are not fixed', program({ type: 3 })],
  ])
    test(`is refused: ${name}`, () => {
      assert.throws(() => withoutSymbols(elf), Error);
    });
});
