import { type Bytes, END, F32, F64, f32, f64, I32, I64, i32, i64, u32 } from './binary.ts';
import { type Context, type Signature, zero } from './context.ts';
import type { Random } from './random.ts';

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Opcodes by result type, with the type of their operands. */
const UNARY: Readonly<Record<number, readonly (readonly [operand: number, opcodes: readonly number[]])[]>> = {
  [I32]: [
    [I32, [0x45, ...range(0x67, 0x69)]],
    [I64, [0x50, 0xa7]],
    [F32, [0xa8, 0xa9, 0xbc]],
    [F64, [0xaa, 0xab]],
  ],
  [I64]: [
    [I64, range(0x79, 0x7b)],
    [I32, [0xac, 0xad]],
    [F32, [0xae, 0xaf]],
    [F64, [0xb0, 0xb1, 0xbd]],
  ],
  [F32]: [
    [F32, range(0x8b, 0x91)],
    [I32, [0xb2, 0xb3, 0xbe]],
    [I64, [0xb4, 0xb5]],
    [F64, [0xb6]],
  ],
  [F64]: [
    [F64, range(0x99, 0x9f)],
    [I32, [0xb7, 0xb8]],
    [I64, [0xb9, 0xba, 0xbf]],
    [F32, [0xbb]],
  ],
};
const BINARY: typeof UNARY = {
  [I32]: [
    [I32, [...range(0x46, 0x4f), ...range(0x6a, 0x78)]],
    [I64, range(0x51, 0x5a)],
    [F32, range(0x5b, 0x60)],
    [F64, range(0x61, 0x66)],
  ],
  [I64]: [[I64, range(0x7c, 0x8a)]],
  [F32]: [[F32, range(0x92, 0x98)]],
  [F64]: [[F64, range(0xa0, 0xa6)]],
};
const LOADS: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x28, 0x2c, 0x2d, 0x2e, 0x2f],
  [I64]: [0x29, ...range(0x30, 0x35)],
  [F32]: [0x2a],
  [F64]: [0x2b],
};
const STORES: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x36, 0x3a, 0x3b],
  [I64]: [0x37, 0x3c, 0x3d, 0x3e],
  [F32]: [0x38],
  [F64]: [0x39],
};
const ARITHMETIC = new Set([...range(0x8d, 0x97), ...range(0x9b, 0xa5), 0xb6, 0xbb]);

/** Writes one random body. */
export class FunctionWriter {
  readonly locals: (readonly [number, number])[];
  readonly #variables: readonly number[];
  /** Types that a branch to each open label takes, innermost last; `undefined`: a loop, never branched to. */
  readonly #labels: (readonly number[] | undefined)[] = [];
  #budget = 60;
  readonly #random: Random;
  readonly #context: Context;
  readonly #signature: Signature;
  readonly #valueTypes: readonly number[];
  readonly #canonical: boolean;

  constructor(
    random: Random,
    context: Context,
    signature: Signature,
    valueTypes: readonly number[],
    canonical: boolean,
  ) {
    this.#random = random;
    this.#context = context;
    this.#signature = signature;
    this.#valueTypes = valueTypes;
    this.#canonical = canonical;
    const own = Array.from({ length: random.below(5) }, () => random.pick(valueTypes));
    this.#variables = [...signature.params, ...own];
    this.locals = own.map((kind) => [1, kind] as const);
    if (canonical) this.locals.push([1, F32], [1, F64]);
  }

  write(): Bytes {
    this.#labels.push(this.#signature.results);
    const exhausted = [...this.#takeFuel(), 0x04, 0x40, ...this.#signature.results.flatMap(zero), 0x0f, END];
    const statements = this.#statements(6);
    return [...exhausted, ...statements, ...this.#signature.results.flatMap((kind) => this.#value(kind, 4))];
  }

  /** Pushes 1 when the fuel is used up. */
  #takeFuel(): Bytes {
    return [0x23, 0, 0x41, 1, 0x6b, 0x24, 0, 0x23, 0, 0x41, 0, 0x48];
  }

  #statements(max: number): number[] {
    const code: number[] = [];
    for (let i = this.#random.below(max + 1); i > 0 && this.#budget > 0; i--) code.push(...this.#statement());
    return code;
  }

  #within(label: readonly number[] | undefined, write: () => number[]): number[] {
    this.#labels.push(label);
    const code = write();
    this.#labels.pop();
    return code;
  }

  #statement(): number[] {
    this.#budget--;
    const random = this.#random;
    const depth = 3;
    // Show the bits of a float to the host; otherwise few NaNs would ever be seen.
    if (this.#valueTypes.includes(F32) && random.chance(20)) {
      const single = random.chance(50);
      const bits = single ? [0xbc, 0xad] : [0xbd];
      return [...this.#value(single ? F32 : F64, depth), ...bits, 0x10, 0x01, 0x1a];
    }
    switch (random.below(12)) {
      case 0:
      case 1: {
        if (this.#variables.length === 0) return [0x01];
        const local = random.below(this.#variables.length);
        return [...this.#value(this.#variables[local]!, depth), 0x21, ...u32(local)];
      }
      case 2: {
        if (this.#context.globals.length === 1) return [0x01];
        const global = 1 + random.below(this.#context.globals.length - 1);
        return [...this.#value(this.#context.globals[global]!, depth), 0x24, ...u32(global)];
      }
      case 3:
      case 4: {
        const kind = random.pick(this.#valueTypes);
        const opcode = random.pick(STORES[kind]!);
        return [...this.#address(), ...this.#value(kind, depth), opcode, 0, ...u32(random.below(300))];
      }
      case 5: {
        const condition = this.#value(I32, depth);
        const then = this.#within([], () => this.#statements(3));
        const otherwise = random.chance(60) ? [0x05, ...this.#within([], () => this.#statements(3))] : [];
        return [...condition, 0x04, 0x40, ...then, ...otherwise, END];
      }
      case 6:
        return [0x02, 0x40, ...this.#within([], () => this.#statements(4)), END];
      case 7:
        return this.#loop();
      case 8:
        return this.#branch();
      case 9: {
        const kind = random.pick(this.#valueTypes);
        return [...this.#value(kind, depth), 0x1a];
      }
      case 10: {
        const [code, results] = this.#anyCall();
        return [...code, ...results.map(() => 0x1a)];
      }
      default:
        return random.chance(20) ? [0x41, ...i32(random.below(3)), 0x40, 0x00, 0x1a] : [0x01];
    }
  }

  #loop(): number[] {
    const again = this.#value(I32, 2);
    const inside = this.#within(undefined, () => this.#statements(3));
    return [0x03, 0x40, ...inside, ...this.#takeFuel(), 0x45, ...again, 0x71, 0x0d, 0x00, END];
  }

  /** `br_if`, `br_table`, or an unconditional exit with dead code behind it. */
  #branch(): number[] {
    const random = this.#random;
    const labels = this.#labels;
    const targets = labels.flatMap((label, i) => (label?.length === 0 ? [labels.length - 1 - i] : []));
    if (targets.length === 0) return [0x01];
    const target = random.pick(targets);
    switch (random.below(5)) {
      case 4:
        return this.#deadCode();
      case 0: {
        const table = Array.from({ length: random.below(4) }, () => random.pick(targets));
        const code = [
          ...this.#value(I32, 2),
          0x0e,
          ...u32(table.length),
          ...table.flatMap(u32),
          ...u32(target),
        ];
        return [
          0x02,
          0x40,
          ...shifted(code, table, target),
          ...this.#within([], () => this.#statements(2)),
          END,
        ];
      }
      case 1:
        return random.chance(15)
          ? [...this.#value(I32, 2), 0x0d, ...u32(target), ...this.#statements(1)]
          : [0x01];
      default:
        return [...this.#value(I32, 2), 0x0d, ...u32(target)];
    }
  }

  /** Behind a branch out of the block: operators with operands that nobody pushed, or not all. */
  #deadCode(): number[] {
    const random = this.#random;
    const one = [0x41, 1];
    const code = Array.from({ length: 1 + random.below(4) }, () =>
      random.pick<number[]>([
        [0x1a],
        [0x45, 0x1a],
        [0x6a, 0x1a],
        [...one, 0x6a, 0x1a],
        [0x1b, 0x1a],
        [...one, ...one, 0x1b, 0x1a],
        [0x36, 2, 0],
        [0x28, 2, 0, 0x1a],
        [0x0d, 0],
        [...one, 0x0d, 0],
        [0x0c, 0],
        [0x0e, 1, 0, 0, 0],
        [0x00],
        [0x04, 0x40, END],
        [0x02, 0x40, END, 0x1a],
        [0x02, 0x40, ...one, ...one, ...one, 0x1a, 0x1a, 0x1a, END],
        [0x02, 0x40, 0x00, 0x1a, END],
        [0x03, I32, 0x0c, 0, END, 0x1a],
      ]),
    );
    // Each leaves the height as it was: the reference refuses some valid code whose count goes below.
    return [0x02, 0x40, 0x0c, 0, ...code.flat(), END];
  }

  #address(): number[] {
    const value = this.#value(I32, 2);
    return this.#random.chance(95) ? [...value, 0x41, ...i32(0xfff), 0x71] : value;
  }

  #anyCall(): [number[], readonly number[]] {
    const random = this.#random;
    const context = this.#context;
    const indirect = context.tableSize > 0 && random.chance(30);
    if (!indirect) {
      const callee = random.below(context.signatures.length);
      const { params, results } = context.signatures[callee]!;
      return [[...params.flatMap((kind) => this.#value(kind, 2)), 0x10, ...u32(callee)], results];
    }
    const index = random.below(context.types.length);
    const { params, results } = context.types[index]!;
    const operands = params.flatMap((kind) => this.#value(kind, 2));
    const entry = random.chance(90) ? random.below(context.tableSize) : random.below(20);
    return [[...operands, 0x41, ...i32(entry), 0x11, ...u32(index), 0x00], results];
  }

  /** An expression of type `kind`. */
  #value(kind: number, depth: number): number[] {
    this.#budget--;
    const random = this.#random;
    if (depth === 0 || this.#budget < 0) return this.#leaf(kind);
    const deeper = depth - 1;
    switch (random.below(10)) {
      case 0:
      case 1: {
        const usable = UNARY[kind]!.filter(([operand]) => this.#valueTypes.includes(operand));
        const [operand, opcodes] = random.pick(usable);
        return this.#operation(random.pick(opcodes), this.#value(operand, deeper));
      }
      case 2:
      case 3:
      case 4: {
        const usable = BINARY[kind]!.filter(([operand]) => this.#valueTypes.includes(operand));
        const [operand, opcodes] = random.pick(usable);
        const opcode = random.pick(opcodes);
        return this.#operation(opcode, this.#value(operand, deeper), this.#value(operand, deeper));
      }
      case 5:
        return [...this.#address(), random.pick(LOADS[kind]!), 0, ...u32(random.below(300))];
      case 6:
        return [
          ...this.#value(kind, deeper),
          ...this.#value(kind, deeper),
          ...this.#value(I32, deeper),
          0x1b,
        ];
      case 7: {
        const then = this.#within([kind], () => this.#value(kind, deeper));
        const otherwise = this.#within([kind], () => this.#value(kind, deeper));
        return [...this.#value(I32, deeper), 0x04, kind, ...then, 0x05, ...otherwise, END];
      }
      case 8:
        return this.#within([kind], () => [
          ...[0x02, kind, ...this.#value(kind, deeper), ...this.#value(I32, deeper), 0x0d, 0x00],
          ...[0x1a, ...this.#value(kind, deeper), END],
        ]);
      default: {
        const [code, results] = this.#anyCall();
        return results[0] === kind ? code : [...code, ...results.map(() => 0x1a), ...this.#leaf(kind)];
      }
    }
  }

  #operation(opcode: number, ...operands: readonly number[][]): number[] {
    const code = [...operands.flat(), opcode];
    if (!this.#canonical || !ARITHMETIC.has(opcode)) return code;
    const single = opcode <= 0x97 || opcode === 0xb6;
    const scratch = u32(this.#variables.length + (single ? 0 : 1));
    const nan = single ? [0x43, 0, 0, 0xc0, 0x7f] : [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
    const get = [0x20, ...scratch];
    return [...code, 0x21, ...scratch, ...get, ...nan, ...get, ...get, single ? 0x5b : 0x61, 0x1b];
  }

  #leaf(kind: number): number[] {
    const random = this.#random;
    const same = this.#variables.flatMap((variable, i) => (variable === kind ? [i] : []));
    if (same.length > 0 && random.chance(60)) return [0x20, ...u32(random.pick(same))];
    const globals = this.#context.globals.flatMap((global, i) => (i > 0 && global === kind ? [i] : []));
    if (globals.length > 0 && random.chance(30)) return [0x23, ...u32(random.pick(globals))];
    switch (kind) {
      case I32:
        return [0x41, ...i32(random.chance(60) ? random.below(64) : random.u32())];
      case I64:
        return [0x42, ...i64(random.chance(60) ? BigInt(random.below(64)) : random.u64())];
      case F32:
        return [0x43, ...random.pick(FLOATS32)];
      default:
        return [0x44, ...random.pick(FLOATS64)];
    }
  }
}

/** A branch that has been put into one more block: every label is one further out. */
function shifted(code: number[], table: readonly number[], target: number): number[] {
  const labels = [...table, target];
  const head = code.slice(0, code.length - labels.length);
  return [...head, ...labels.map((label) => label + 1)];
}

const FLOATS32: readonly number[][] = [
  ...[0, -0, 1, -1.5, 1e30, -1e-30, Infinity, -Infinity, 3e9].map(f32),
  [0, 0, 0xc0, 0x7f],
  [0, 0, 0xc0, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0xa0, 0xff],
  [1, 0, 0x80, 0x7f],
  [0x34, 0x12, 0xa5, 0xff],
];
const FLOATS64: readonly number[][] = [
  ...[0, -0, 1, -1.5, 1e300, -1e-300, Infinity, -Infinity, 5e-324, 2e19].map(f64),
  [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
  [1, 0, 0, 0, 0, 0, 0xf0, 0x7f],
  [1, 2, 3, 4, 5, 6, 0xff, 0xff],
  [0, 0, 0, 0, 0, 0, 0xf8, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
];
