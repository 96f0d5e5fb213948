import type { BpfInstruction } from '../../src/index.ts';

/** The struct seccomp_data that the kernel gives to a filter. */
export interface SeccompData {
  readonly nr: number;
  readonly arch: number;
  readonly args?: readonly bigint[];
}

export const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7, x86: 0x40000003, arm: 0x40000028 } as const;

function word(data: SeccompData, offset: number): number {
  if (offset === 0) return data.nr >>> 0;
  if (offset === 4) return data.arch;
  if (offset < 16 || offset > 60 || offset % 4 !== 0)
    throw new Error(`load outside of seccomp_data: ${offset}`);
  const value = BigInt.asUintN(64, data.args?.[(offset - 16) >> 3] ?? 0n);
  return Number(offset % 8 === 0 ? value & 0xffff_ffffn : value >> 32n);
}

/**
 * Runs a classic BPF program as the kernel would, and refuses what the kernel's checker refuses: unknown
 * instructions, jumps out of the program, a path without a return.
 */
export function simulate(program: readonly BpfInstruction[], data: SeccompData): number {
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const instruction = program[at];
    if (instruction === undefined) throw new Error(`ran off the program at ${at}`);
    const { code, jt, jf, k } = instruction;
    switch (code) {
      case 0x20:
        accumulator = word(data, k);
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x05:
        at += k;
        break;
      case 0x15:
        at += accumulator === k ? jt : jf;
        break;
      case 0x25:
        at += accumulator > k ? jt : jf;
        break;
      case 0x35:
        at += accumulator >= k ? jt : jf;
        break;
      case 0x45:
        at += (accumulator & k) !== 0 ? jt : jf;
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`instruction ${code.toString(16)} at ${at} is not one that seccomp takes`);
    }
  }
}
