import { createRequire } from 'node:module';
import type { Target } from './attempt.ts';
import { call, MAP_PRIVATE_ANONYMOUS, PAGE, PROT_EXEC, PROT_READ, PROT_WRITE } from './native.ts';

/** Offsets in the page of code. */
export const RETURN_0 = 0;
export const SPIN = 16;
export const CALL_32_BIT = 32;
export const CRASH = 48;
/** Through a page of the kernel's at a fixed address, without an instruction for system calls. */
export const CALL_VSYSCALL = 64;
const SIZE = 96;

interface Koffi {
  view(address: bigint, length: number): ArrayBuffer;
  proto(definition: string): unknown;
  call(address: bigint, type: unknown): number;
}
const require = createRequire(createRequire(import.meta.url).resolve('@pvf/linux'));

const CODE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  x64: {
    [RETURN_0]: '31c0c3',
    [SPIN]: 'ebfe',
    // getpid (20 in the 32-bit table) through int 0x80
    [CALL_32_BIT]: 'b814000000cd80c3',
    [CRASH]: '0f0b',
    // time(2) of the page at 0xffffffffff600000
    [CALL_VSYSCALL]: '48c7c0000460ff31ffffd0c3',
  },
  arm64: {
    [RETURN_0]: '00008052c0035fd6',
    [SPIN]: '00000014',
    // no 32-bit system calls from 64-bit code: an undefined instruction
    [CALL_32_BIT]: '00000000',
    [CRASH]: '00000000',
    // no such page
    [CALL_VSYSCALL]: '00000000',
  },
};

/** Machine code of the attacker's own, in place before the first job: what it could do with gadgets. */
export function loadCode(): Pick<Target, 'code' | 'run'> {
  const koffi: Koffi = require('koffi');
  const page = call('mmap', 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const bytes = Buffer.from(koffi.view(BigInt(page), SIZE));
  const code = CODE[process.arch]!;
  for (const [offset, hex] of Object.entries(code)) bytes.set(Buffer.from(hex, 'hex'), Number(offset));
  if (call('mprotect', page, PAGE, PROT_READ | PROT_EXEC) < 0) throw new Error('no executable page');
  const type = koffi.proto('int pvf_hostile_code()');
  const run = (offset: number): number => koffi.call(BigInt(page + offset), type);
  if (run(RETURN_0) !== 0) throw new Error('the code does not run');
  return { code: page, run };
}
