import type { Random } from '../random.ts';
import { constant } from './constant.ts';
import { type FunctionType, i32Const, i64Const, uleb, type ValueType } from './encode.ts';
import { type HostImport, type KnownData, SCRATCH_BYTES } from './host-imports.ts';
import { type Access, LOADS, OPERATIONS } from './ops.ts';

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

/** Writes random code that leaves one value; `body.ts` adds everything that has blocks. */
export abstract class ExpressionWriter {
  protected readonly scope: Scope;
  protected readonly random: Random;
  protected readonly locals: ValueType[];
  protected readonly result: ValueType | undefined;
  protected readonly labels: Label[] = [];
  /** Instructions left; the body gets simple when it runs out. */
  protected budget: number;

  constructor(scope: Scope, type: FunctionType, extraLocals: readonly ValueType[], budget: number) {
    this.scope = scope;
    this.random = scope.random;
    this.locals = [...type.params, ...extraLocals];
    this.result = type.result;
    this.budget = budget;
  }

  /** Code that leaves one value of `type`. */
  expression(type: ValueType, depth: number): number[] {
    this.budget--;
    if (depth <= 0 || this.budget <= 0) return this.leaf(type);
    switch (
      this.random.weighted({
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
        return this.leaf(type);
      case 'operation':
        return this.operation(type, depth);
      case 'load':
        return this.load(type, depth);
      case 'block':
        return this.block(0x02, type, depth);
      case 'loop':
        return this.block(0x03, type, depth);
      case 'if':
        return [...this.condition(depth), ...this.ifElse(type, depth)];
      case 'select':
        return [
          ...this.expression(type, depth - 1),
          ...this.expression(type, depth - 1),
          ...this.condition(depth),
          0x1b,
        ];
      case 'tee': {
        const local = this.local(type);
        const value = this.expression(type, depth - 1);
        return local === undefined ? value : [...value, 0x22, ...uleb(local)];
      }
      case 'call':
        return this.call(type, depth);
      case 'indirect':
        return this.callIndirect(type, depth);
      case 'host':
        return this.host(type, depth);
      case 'branch': {
        const label = this.label(type);
        if (label === undefined) return this.leaf(type);
        return [...this.expression(type, depth - 1), ...this.condition(depth), 0x0d, ...uleb(label)];
      }
      case 'memory':
        if (type !== 'i32') return this.leaf(type);
        return this.random.chance(0.7)
          ? [0x3f, 0]
          : [...i32Const(this.random.pick([0, 1, 3, 5000])), 0x40, 0];
    }
  }

  protected leaf(type: ValueType): number[] {
    const random = this.random;
    const local = this.local(type);
    if (local !== undefined && random.chance(0.6)) return [0x20, ...uleb(local)];
    const globals = this.scope.globals.filter((global) => global.type === type);
    if (globals.length > 0 && random.chance(0.3)) return [0x23, ...uleb(random.pick(globals).index)];
    return constant(random, type);
  }

  protected operation(type: ValueType, depth: number): number[] {
    const random = this.random;
    const operation = random.pick(OPERATIONS.filter((candidate) => candidate.result === type));
    if (operation.traps === 'truncation' && random.chance(0.85)) return this.leaf(type);
    const operands = operation.params.flatMap((param) => this.expression(param, depth - 1));
    // A divisor with its lowest bit set is never zero; leave some unguarded.
    if (operation.traps === 'division' && random.chance(0.95))
      operands.push(...(type === 'i32' ? [...i32Const(1), 0x72] : [...i64Const(1n), 0x84]));
    return [...operands, operation.code];
  }

  protected load(type: ValueType, depth: number): number[] {
    const load = this.random.pick(LOADS.filter((candidate) => candidate.type === type));
    return [...this.address(depth), load.code, ...this.memoryArgument(load)];
  }

  /** An address inside the scratch area, or, one time in eighty, anywhere. */
  protected address(depth: number): number[] {
    const address = this.expression('i32', depth - 1);
    return this.random.chance(0.0125) ? address : [...address, ...i32Const(SCRATCH_BYTES / 2 - 1), 0x71];
  }

  protected memoryArgument(of: Access): number[] {
    const random = this.random;
    const offset = random.chance(0.003) ? random.u32() : random.below(SCRATCH_BYTES / 2 - 16);
    return [...uleb(random.below(of.align + 1)), ...uleb(offset)];
  }

  protected condition(depth: number): number[] {
    return this.expression('i32', Math.min(depth - 1, 2));
  }

  protected call(type: ValueType | undefined, depth: number): number[] {
    const callees = this.scope.functions.filter((callee) => callee.type.result === type);
    if (callees.length === 0) return type ? this.leaf(type) : [];
    const callee = this.random.pick(callees);
    return [...this.arguments(callee.type, depth), 0x10, ...uleb(callee.index)];
  }

  protected callIndirect(type: ValueType | undefined, depth: number): number[] {
    const { types, table } = this.scope;
    const choices = types.flatMap((candidate, typeIndex) =>
      candidate.result === type
        ? table.flatMap((entry, index) => (same(entry, candidate) ? [{ typeIndex, index }] : []))
        : [],
    );
    if (choices.length === 0) return type ? this.leaf(type) : [];
    const choice = this.random.pick(choices);
    // Rarely another entry, or none: a wrong type traps, as it should.
    const index = this.random.chance(0.98) ? choice.index : this.random.below(table.length + 2);
    const callee = types[choice.typeIndex]!;
    return [...this.arguments(callee, depth), ...i32Const(index), 0x11, ...uleb(choice.typeIndex), 0];
  }

  protected arguments(type: FunctionType, depth: number): number[] {
    return type.params.flatMap((param) => this.expression(param, depth - 2));
  }

  /** Calls a host function and turns what it gives into a value of `type`. */
  protected host(type: ValueType, depth: number): number[] {
    const hosts = this.scope.hosts.filter((host) => host.import.type.result !== undefined);
    if (hosts.length === 0) return this.leaf(type);
    const { index, import: callee } = this.random.pick(hosts);
    const call = [...callee.args(this.random, this.scope.data), 0x10, ...uleb(index)];
    if (callee.name.includes('malloc')) {
      const { pointerGlobal } = this.scope;
      const keep = [...call, 0x24, ...uleb(pointerGlobal), 0x23, ...uleb(pointerGlobal)];
      return type === 'i32' ? keep : [...keep, 0x1a, ...this.expression(type, depth - 2)];
    }
    if (callee.resultPointsTo !== undefined) {
      const loads = LOADS.filter((load) => load.type === type);
      if (loads.length > 0) {
        const load = this.random.pick(loads);
        return [...call, load.code, 0, ...uleb(this.random.below(callee.resultPointsTo - 7))];
      }
    }
    return callee.type.result === type ? call : [...call, 0x1a, ...this.leaf(type)];
  }

  /** Takes one unit of fuel; returns from the function when there is none left. */
  protected takeFuel(): number[] {
    const fuel = uleb(this.scope.fuelGlobal);
    return [
      ...[0x23, ...fuel, ...i32Const(1), 0x6b, 0x24, ...fuel],
      ...[0x23, ...fuel, ...i32Const(0), 0x48, 0x04, 0x40],
      ...(this.result ? constant(this.random, this.result) : []),
      ...[0x0f, 0x0b],
    ];
  }

  protected local(type: ValueType): number | undefined {
    const indexes = this.locals.flatMap((local, index) => (local === type ? [index] : []));
    return indexes.length === 0 ? undefined : this.random.pick(indexes);
  }

  protected label(carries: ValueType): number | undefined {
    const depths = this.labels.flatMap((label, index) =>
      label.carries === carries ? [this.labels.length - 1 - index] : [],
    );
    return depths.length === 0 ? undefined : this.random.pick(depths);
  }

  /** A `block` (0x02) or `loop` (0x03) of this result type. */
  protected abstract block(code: 0x02 | 0x03, type: ValueType | undefined, depth: number): number[];

  /** From `if` to `end`; the condition stands before it. */
  protected abstract ifElse(type: ValueType | undefined, depth: number): number[];
}

const same = (a: FunctionType | undefined, b: FunctionType): boolean =>
  a !== undefined && a.result === b.result && a.params.join() === b.params.join();
