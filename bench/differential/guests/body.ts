import type { Random } from '../random.ts';
import {
  blockType,
  type FunctionType,
  floatConst,
  i32Const,
  i64Const,
  uleb,
  VALUE_TYPES,
  type ValueType,
} from './encode.ts';
import { type HostImport, type KnownData, SCRATCH_BYTES } from './host-imports.ts';
import { type Access, F32_BITS, F64_BITS, I32_VALUES, I64_VALUES, LOADS, OPERATIONS, STORES } from './ops.ts';

/** What a function body may refer to. */
export interface Scope {
  random: Random;
  functions: readonly { index: number; type: FunctionType }[];
  hosts: readonly { index: number; import: HostImport }[];
  /** Index of `ext_allocator_free_version_1`, if imported. */
  free: number | undefined;
  types: readonly FunctionType[];
  globals: readonly { index: number; type: ValueType; mutable: boolean }[];
  /** The type of the function in each table entry. */
  table: readonly (FunctionType | undefined)[];
  data: KnownData;
  /** Mutable i32 globals of the generator's own. */
  fuelGlobal: number;
  pointerGlobal: number;
}

interface Label {
  /** What a branch to it must carry. */
  carries: ValueType | undefined;
}

/**
 * Writes one function body of random instructions that is valid and ends: every function and loop takes fuel, and
 * returns when it is used up. Dead code follows unconditional branches, because the metering looks at it too.
 */
export class BodyGenerator {
  readonly #scope: Scope;
  readonly #random: Random;
  readonly #locals: ValueType[];
  readonly #result: ValueType | undefined;
  readonly #labels: Label[] = [];
  /** Instructions left; the body gets simple when it runs out. */
  #budget: number;

  constructor(scope: Scope, type: FunctionType, extraLocals: readonly ValueType[], budget: number) {
    this.#scope = scope;
    this.#random = scope.random;
    this.#locals = [...type.params, ...extraLocals];
    this.#result = type.result;
    this.#budget = budget;
  }

  body(): number[] {
    this.#labels.push({ carries: this.#result });
    const code = [...this.#takeFuel(), ...this.#statements(3)];
    if (this.#result) code.push(...this.expression(this.#result, 5));
    this.#labels.pop();
    return code;
  }

  /** Code that leaves one value of `type`. */
  expression(type: ValueType, depth: number): number[] {
    this.#budget--;
    if (depth <= 0 || this.#budget <= 0) return this.#leaf(type);
    switch (
      this.#random.weighted({
        leaf: 3,
        operation: 10,
        load: 3,
        block: 1.5,
        if: 1.5,
        loop: 0.7,
        select: 1,
        tee: 1.5,
        call: 1.2,
        indirect: 0.5,
        host: 1.2,
        branch: 0.6,
        memory: 0.3,
      })
    ) {
      case 'leaf':
        return this.#leaf(type);
      case 'operation':
        return this.#operation(type, depth);
      case 'load':
        return this.#load(type, depth);
      case 'block':
        return this.#block(0x02, type, depth);
      case 'loop':
        return this.#block(0x03, type, depth);
      case 'if':
        return [...this.#condition(depth), ...this.#ifElse(type, depth)];
      case 'select':
        return [
          ...this.expression(type, depth - 1),
          ...this.expression(type, depth - 1),
          ...this.#condition(depth),
          0x1b,
        ];
      case 'tee': {
        const local = this.#local(type);
        const value = this.expression(type, depth - 1);
        return local === undefined ? value : [...value, 0x22, ...uleb(local)];
      }
      case 'call':
        return this.#call(type, depth);
      case 'indirect':
        return this.#callIndirect(type, depth);
      case 'host':
        return this.#host(type, depth);
      case 'branch': {
        const label = this.#label(type);
        if (label === undefined) return this.#leaf(type);
        return [...this.expression(type, depth - 1), ...this.#condition(depth), 0x0d, ...uleb(label)];
      }
      case 'memory':
        if (type !== 'i32') return this.#leaf(type);
        return this.#random.chance(0.7)
          ? [0x3f, 0]
          : [...i32Const(this.#random.pick([0, 1, 3, 5000])), 0x40, 0];
    }
  }

  #leaf(type: ValueType): number[] {
    const random = this.#random;
    const local = this.#local(type);
    if (local !== undefined && random.chance(0.6)) return [0x20, ...uleb(local)];
    const globals = this.#scope.globals.filter((global) => global.type === type);
    if (globals.length > 0 && random.chance(0.3)) return [0x23, ...uleb(random.pick(globals).index)];
    return constant(random, type);
  }

  #operation(type: ValueType, depth: number): number[] {
    const random = this.#random;
    const operation = random.pick(OPERATIONS.filter((candidate) => candidate.result === type));
    if (operation.traps === 'truncation' && random.chance(0.85)) return this.#leaf(type);
    const operands = operation.params.flatMap((param) => this.expression(param, depth - 1));
    // A divisor with its lowest bit set is never zero; leave some unguarded.
    if (operation.traps === 'division' && random.chance(0.95))
      operands.push(...(type === 'i32' ? [...i32Const(1), 0x72] : [...i64Const(1n), 0x84]));
    return [...operands, operation.code];
  }

  #load(type: ValueType, depth: number): number[] {
    const load = this.#random.pick(LOADS.filter((candidate) => candidate.type === type));
    return [...this.#address(depth), load.code, ...this.#memoryArgument(load)];
  }

  /** An address inside the scratch area, or, one time in eighty, anywhere. */
  #address(depth: number): number[] {
    const address = this.expression('i32', depth - 1);
    return this.#random.chance(0.0125) ? address : [...address, ...i32Const(SCRATCH_BYTES / 2 - 1), 0x71];
  }

  #memoryArgument(of: Access): number[] {
    const random = this.#random;
    const offset = random.chance(0.003) ? random.u32() : random.below(SCRATCH_BYTES / 2 - 16);
    return [...uleb(random.below(of.align + 1)), ...uleb(offset)];
  }

  #condition(depth: number): number[] {
    return this.expression('i32', Math.min(depth - 1, 2));
  }

  #block(code: 0x02 | 0x03, type: ValueType | undefined, depth: number): number[] {
    // A branch to a loop goes to its start and carries nothing.
    this.#labels.push({ carries: code === 0x03 ? undefined : type });
    const inner: number[] = [];
    if (code === 0x03) inner.push(...this.#takeFuel());
    inner.push(...this.#statements(depth - 1));
    if (code === 0x03 && this.#random.chance(0.7)) inner.push(...this.#condition(depth), 0x0d, 0);
    if (type) inner.push(...this.expression(type, depth - 1));
    this.#labels.pop();
    return [code, blockType(type), ...inner, 0x0b];
  }

  #ifElse(type: ValueType | undefined, depth: number): number[] {
    const arm = (): number[] => {
      this.#labels.push({ carries: type });
      const code = this.#statements(depth - 1);
      if (type) code.push(...this.expression(type, depth - 1));
      this.#labels.pop();
      return code;
    };
    const code = [0x04, blockType(type), ...arm()];
    if (type || this.#random.chance(0.6)) code.push(0x05, ...arm());
    return [...code, 0x0b];
  }

  #call(type: ValueType | undefined, depth: number): number[] {
    const callees = this.#scope.functions.filter((callee) => callee.type.result === type);
    if (callees.length === 0) return type ? this.#leaf(type) : [];
    const callee = this.#random.pick(callees);
    return [...this.#arguments(callee.type, depth), 0x10, ...uleb(callee.index)];
  }

  #callIndirect(type: ValueType | undefined, depth: number): number[] {
    const { types, table } = this.#scope;
    const choices = types.flatMap((candidate, typeIndex) =>
      candidate.result === type
        ? table.flatMap((entry, index) => (same(entry, candidate) ? [{ typeIndex, index }] : []))
        : [],
    );
    if (choices.length === 0) return type ? this.#leaf(type) : [];
    const choice = this.#random.pick(choices);
    // Rarely another entry, or none: a wrong type traps, as it should.
    const index = this.#random.chance(0.98) ? choice.index : this.#random.below(table.length + 2);
    const callee = types[choice.typeIndex]!;
    return [...this.#arguments(callee, depth), ...i32Const(index), 0x11, ...uleb(choice.typeIndex), 0];
  }

  #arguments(type: FunctionType, depth: number): number[] {
    return type.params.flatMap((param) => this.expression(param, depth - 2));
  }

  /** Calls a host function and turns what it gives into a value of `type`. */
  #host(type: ValueType, depth: number): number[] {
    const hosts = this.#scope.hosts.filter((host) => host.import.type.result !== undefined);
    if (hosts.length === 0) return this.#leaf(type);
    const { index, import: callee } = this.#random.pick(hosts);
    const call = [...callee.args(this.#random, this.#scope.data), 0x10, ...uleb(index)];
    if (callee.name.includes('malloc')) {
      const { pointerGlobal } = this.#scope;
      const keep = [...call, 0x24, ...uleb(pointerGlobal), 0x23, ...uleb(pointerGlobal)];
      return type === 'i32' ? keep : [...keep, 0x1a, ...this.expression(type, depth - 2)];
    }
    if (callee.resultPointsTo !== undefined) {
      const loads = LOADS.filter((load) => load.type === type);
      if (loads.length > 0) {
        const load = this.#random.pick(loads);
        return [...call, load.code, 0, ...uleb(this.#random.below(callee.resultPointsTo - 7))];
      }
    }
    return callee.type.result === type ? call : [...call, 0x1a, ...this.#leaf(type)];
  }

  #statements(depth: number): number[] {
    const code: number[] = [];
    const count = depth <= 0 ? 0 : this.#random.below(4);
    for (let i = 0; i < count && this.#budget > 0; i++) code.push(...this.#statement(depth));
    return code;
  }

  #statement(depth: number): number[] {
    this.#budget--;
    const random = this.#random;
    switch (
      random.weighted({
        setLocal: 5,
        setGlobal: 3,
        store: 5,
        drop: 1,
        block: 1.5,
        loop: 1,
        if: 2,
        call: 0.6,
        hostCall: 0.5,
        free: 0.4,
        leave: 0.6,
        table: 0.3,
        nop: 0.2,
      })
    ) {
      case 'setLocal': {
        const type = random.pick(VALUE_TYPES);
        const local = this.#local(type);
        return local === undefined ? [] : [...this.expression(type, depth), 0x21, ...uleb(local)];
      }
      case 'setGlobal': {
        const globals = this.#scope.globals.filter((global) => global.mutable);
        if (globals.length === 0) return [];
        const global = random.pick(globals);
        return [...this.expression(global.type, depth), 0x24, ...uleb(global.index)];
      }
      case 'store': {
        const store = random.pick(STORES);
        return [
          ...this.#address(depth),
          ...this.expression(store.type, depth),
          store.code,
          ...this.#memoryArgument(store),
        ];
      }
      case 'drop':
        return [...this.expression(random.pick(VALUE_TYPES), depth), 0x1a];
      case 'block':
        return this.#block(0x02, undefined, depth);
      case 'loop':
        return this.#block(0x03, undefined, depth);
      case 'if':
        return [...this.#condition(depth), ...this.#ifElse(undefined, depth)];
      case 'call':
        return random.chance(0.7) ? this.#call(undefined, depth) : this.#callIndirect(undefined, depth);
      case 'hostCall': {
        const hosts = this.#scope.hosts.filter((host) => host.import.type.result === undefined);
        if (hosts.length === 0) return [];
        const { index, import: callee } = random.pick(hosts);
        return [...callee.args(random, this.#scope.data), 0x10, ...uleb(index)];
      }
      case 'free': {
        const { free, pointerGlobal } = this.#scope;
        if (free === undefined) return [];
        const release = [0x23, ...uleb(pointerGlobal), 0x10, ...uleb(free), ...i32Const(0), 0x24];
        return [0x23, ...uleb(pointerGlobal), 0x04, 0x40, ...release, ...uleb(pointerGlobal), 0x0b];
      }
      case 'leave':
        return [...this.#condition(depth), 0x04, 0x40, ...this.#leave(depth), 0x0b];
      case 'table':
        return this.#branchTable(depth);
      case 'nop':
        return [0x01];
    }
  }

  /** Code that never falls through, with dead code behind it. It stands inside one more block than the labels say. */
  #leave(depth: number): number[] {
    this.#labels.push({ carries: undefined });
    const random = this.#random;
    let code: number[];
    const at = random.below(this.#labels.length);
    const carries = this.#labels[this.#labels.length - 1 - at]?.carries;
    if (random.chance(0.03)) code = [0x00];
    else if (random.chance(0.3))
      code = [...(this.#result ? this.expression(this.#result, depth - 1) : []), 0x0f];
    else code = [...(carries ? this.expression(carries, depth - 1) : []), 0x0c, ...uleb(at)];
    this.#labels.pop();
    return [...code, ...(random.chance(0.6) ? this.#deadCode() : [])];
  }

  /** Valid in unreachable code only thanks to the polymorphic stack; some of it confuses the reference's metering. */
  #deadCode(): number[] {
    const random = this.#random;
    const code: number[] = [];
    for (let i = random.between(1, 3); i > 0; i--)
      code.push(
        ...random.pick<readonly number[]>([
          [...i32Const(1), 0x1a],
          [0x1a],
          [0x6a, 0x1a],
          [0x45, 0x1a],
          [0x1b, 0x1a],
          [0x02, 0x40, 0x00, 0x1a, 0x0b],
          [...i32Const(0), 0x04, 0x40, 0x00, 0x0b],
          [0x36, 2, 0],
          [0x0c, 0],
          [0x00],
          [0x03, 0x40, 0x01, 0x0b],
        ]),
      );
    return code;
  }

  #branchTable(depth: number): number[] {
    // Inside a block of its own, so that there is always a label that carries nothing.
    this.#labels.push({ carries: undefined });
    const plain = this.#labels
      .map((label, index) => ({ label, depth: this.#labels.length - 1 - index }))
      .filter(({ label }) => label.carries === undefined)
      .map((entry) => entry.depth);
    const targets = Array.from({ length: this.#random.below(5) }, () => uleb(this.#random.pick(plain)));
    const index = [...this.#condition(depth), ...i32Const(7), 0x71];
    this.#labels.pop();
    return [
      0x02,
      0x40,
      ...index,
      0x0e,
      ...uleb(targets.length),
      ...targets.flat(),
      ...uleb(this.#random.pick(plain)),
      ...(this.#random.chance(0.5) ? this.#deadCode() : []),
      0x0b,
    ];
  }

  /** Takes one unit of fuel; returns from the function when there is none left. */
  #takeFuel(): number[] {
    const fuel = uleb(this.#scope.fuelGlobal);
    return [
      ...[0x23, ...fuel, ...i32Const(1), 0x6b, 0x24, ...fuel],
      ...[0x23, ...fuel, ...i32Const(0), 0x48, 0x04, 0x40],
      ...(this.#result ? constant(this.#random, this.#result) : []),
      ...[0x0f, 0x0b],
    ];
  }

  #local(type: ValueType): number | undefined {
    const indexes = this.#locals.flatMap((local, index) => (local === type ? [index] : []));
    return indexes.length === 0 ? undefined : this.#random.pick(indexes);
  }

  #label(carries: ValueType): number | undefined {
    const depths = this.#labels.flatMap((label, index) =>
      label.carries === carries ? [this.#labels.length - 1 - index] : [],
    );
    return depths.length === 0 ? undefined : this.#random.pick(depths);
  }
}

const same = (a: FunctionType | undefined, b: FunctionType): boolean =>
  a !== undefined && a.result === b.result && a.params.join() === b.params.join();

/** A constant: mostly one where instructions behave specially. */
export function constant(random: Random, type: ValueType): number[] {
  const special = random.chance(0.7);
  const wide = (): bigint => (BigInt(random.u32()) << 32n) | BigInt(random.u32());
  switch (type) {
    case 'i32':
      return i32Const(special ? random.pick(I32_VALUES) : random.u32());
    case 'i64':
      return i64Const(special ? random.pick(I64_VALUES) : wide());
    case 'f32':
      return floatConst('f32', special ? random.pick(F32_BITS) : BigInt(random.u32()));
    case 'f64':
      return floatConst('f64', special ? random.pick(F64_BITS) : wide());
  }
}
