/** Classic BPF as seccomp uses it (linux/filter.h): symbolic instructions in, `struct sock_filter[]` out. */

export const LD_W_ABS = 0x20;
export const JMP_JA = 0x05;
export const JMP_JEQ_K = 0x15;
export const JMP_JGT_K = 0x25;
export const JMP_JGE_K = 0x35;
export const JMP_JSET_K = 0x45;
export const ALU_AND_K = 0x54;
export const RET_K = 0x06;

/** The kernel's limit of instructions (BPF_MAXINSNS). */
export const MAX_INSTRUCTIONS = 4096;
const MAX_SHORT_JUMP = 255;

/** Offsets in struct seccomp_data (linux/seccomp.h). */
export const DATA_NR = 0;
export const DATA_ARCH = 4;
export const dataArgLow = (index: number): number => 16 + 8 * index;
export const dataArgHigh = (index: number): number => 20 + 8 * index;

/** A place in the program that jumps can name before it is known. */
export interface Label {
  readonly name: string;
}

type Instruction =
  | { readonly code: number; readonly k: number }
  | {
      readonly code: number;
      readonly k: number;
      readonly yes: Label | undefined;
      readonly no: Label | undefined;
    };

/** One decoded instruction. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Collects instructions; jumps go forward only, to labels placed later. */
export class BpfAssembler {
  readonly #instructions: Instruction[] = [];
  readonly #positions = new Map<Label, number>();

  label(name: string): Label {
    return { name };
  }

  place(label: Label): void {
    this.#positions.set(label, this.#instructions.length);
  }

  load(offset: number): void {
    this.#instructions.push({ code: LD_W_ABS, k: offset });
  }

  and(mask: number): void {
    this.#instructions.push({ code: ALU_AND_K, k: mask });
  }

  ret(action: number): void {
    this.#instructions.push({ code: RET_K, k: action });
  }

  /** Compares the accumulator with `k`; a missing label means: go on with the next instruction. */
  jump(code: number, k: number, yes: Label | undefined, no: Label | undefined): void {
    this.#instructions.push({ code, k, yes, no });
  }

  /** Jumps to a label however far it is (a conditional jump reaches 255 instructions). */
  goto(label: Label): void {
    this.#instructions.push({ code: JMP_JA, k: 0, yes: label, no: undefined });
  }

  assemble(): BpfInstruction[] {
    return this.#instructions.map((instruction, at) => {
      const { code, k } = instruction;
      if (!('yes' in instruction)) return { code, jt: 0, jf: 0, k: k >>> 0 };
      const jt = this.#distance(instruction.yes, at);
      if (code === JMP_JA) return { code, jt: 0, jf: 0, k: jt };
      const jf = this.#distance(instruction.no, at);
      if (jt > MAX_SHORT_JUMP || jf > MAX_SHORT_JUMP)
        throw new RangeError(`conditional jump too far at ${at}`);
      return { code, jt, jf, k: k >>> 0 };
    });
  }

  #distance(label: Label | undefined, at: number): number {
    if (label === undefined) return 0;
    const position = this.#positions.get(label);
    if (position === undefined || position <= at)
      throw new RangeError(`label ${label.name} is not ahead of ${at}`);
    return position - at - 1;
  }
}

const INSTRUCTION_BYTES = 8;

export function encodeProgram(instructions: readonly BpfInstruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, jt, jf, k }, i) => {
    view.setUint16(i * INSTRUCTION_BYTES, code, true);
    view.setUint8(i * INSTRUCTION_BYTES + 2, jt);
    view.setUint8(i * INSTRUCTION_BYTES + 3, jf);
    view.setUint32(i * INSTRUCTION_BYTES + 4, k, true);
  });
  return bytes;
}

/** Reads what `encodeProgram` wrote: 8 bytes an instruction, as the kernel takes them (struct sock_filter). */
export function decodeProgram(bytes: Uint8Array): BpfInstruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / INSTRUCTION_BYTES }, (_, i) => ({
    code: view.getUint16(i * INSTRUCTION_BYTES, true),
    jt: view.getUint8(i * INSTRUCTION_BYTES + 2),
    jf: view.getUint8(i * INSTRUCTION_BYTES + 3),
    k: view.getUint32(i * INSTRUCTION_BYTES + 4, true),
  }));
}
