import { deadCode } from './dead-code.ts';
import { blockType, i32Const, uleb, VALUE_TYPES, type ValueType } from './encode.ts';
import { ExpressionWriter } from './expressions.ts';
import { STORES } from './ops.ts';

/**
 * Writes one function body of random instructions that is valid and ends: every function and loop takes fuel, and
 * returns when it is used up. Dead code follows unconditional branches, because the metering looks at it too.
 */
export class BodyGenerator extends ExpressionWriter {
  body(): number[] {
    this.labels.push({ carries: this.result });
    const code = [...this.takeFuel(), ...this.#statements(3)];
    if (this.result) code.push(...this.expression(this.result, 5));
    this.labels.pop();
    return code;
  }

  protected override block(code: 0x02 | 0x03, type: ValueType | undefined, depth: number): number[] {
    // A branch to a loop goes to its start and carries nothing.
    this.labels.push({ carries: code === 0x03 ? undefined : type });
    const inner: number[] = [];
    if (code === 0x03) inner.push(...this.takeFuel());
    inner.push(...this.#statements(depth - 1));
    if (code === 0x03 && this.random.chance(0.7)) inner.push(...this.condition(depth), 0x0d, 0);
    if (type) inner.push(...this.expression(type, depth - 1));
    this.labels.pop();
    return [code, blockType(type), ...inner, 0x0b];
  }

  protected override ifElse(type: ValueType | undefined, depth: number): number[] {
    const arm = (): number[] => {
      this.labels.push({ carries: type });
      const code = this.#statements(depth - 1);
      if (type) code.push(...this.expression(type, depth - 1));
      this.labels.pop();
      return code;
    };
    const code = [0x04, blockType(type), ...arm()];
    if (type || this.random.chance(0.6)) code.push(0x05, ...arm());
    return [...code, 0x0b];
  }

  #statements(depth: number): number[] {
    const code: number[] = [];
    const count = depth <= 0 ? 0 : this.random.below(4);
    for (let i = 0; i < count && this.budget > 0; i++) code.push(...this.#statement(depth));
    return code;
  }

  #statement(depth: number): number[] {
    this.budget--;
    const random = this.random;
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
        const local = this.local(type);
        return local === undefined ? [] : [...this.expression(type, depth), 0x21, ...uleb(local)];
      }
      case 'setGlobal': {
        const globals = this.scope.globals.filter((global) => global.mutable);
        if (globals.length === 0) return [];
        const global = random.pick(globals);
        return [...this.expression(global.type, depth), 0x24, ...uleb(global.index)];
      }
      case 'store': {
        const store = random.pick(STORES);
        return [
          ...this.address(depth),
          ...this.expression(store.type, depth),
          store.code,
          ...this.memoryArgument(store),
        ];
      }
      case 'drop':
        return [...this.expression(random.pick(VALUE_TYPES), depth), 0x1a];
      case 'block':
        return this.block(0x02, undefined, depth);
      case 'loop':
        return this.block(0x03, undefined, depth);
      case 'if':
        return [...this.condition(depth), ...this.ifElse(undefined, depth)];
      case 'call':
        return random.chance(0.7) ? this.call(undefined, depth) : this.callIndirect(undefined, depth);
      case 'hostCall': {
        const hosts = this.scope.hosts.filter((host) => host.import.type.result === undefined);
        if (hosts.length === 0) return [];
        const { index, import: callee } = random.pick(hosts);
        return [...callee.args(random, this.scope.data), 0x10, ...uleb(index)];
      }
      case 'free': {
        const { free, pointerGlobal } = this.scope;
        if (free === undefined) return [];
        const release = [0x23, ...uleb(pointerGlobal), 0x10, ...uleb(free), ...i32Const(0), 0x24];
        return [0x23, ...uleb(pointerGlobal), 0x04, 0x40, ...release, ...uleb(pointerGlobal), 0x0b];
      }
      case 'leave':
        return [...this.condition(depth), 0x04, 0x40, ...this.#leave(depth), 0x0b];
      case 'table':
        return this.#branchTable(depth);
      case 'nop':
        return [0x01];
    }
  }

  /** Code that never falls through, with dead code behind it. It stands inside one more block than the labels say. */
  #leave(depth: number): number[] {
    this.labels.push({ carries: undefined });
    const random = this.random;
    let code: number[];
    const at = random.below(this.labels.length);
    const carries = this.labels[this.labels.length - 1 - at]?.carries;
    if (random.chance(0.03)) code = [0x00];
    else if (random.chance(0.3))
      code = [...(this.result ? this.expression(this.result, depth - 1) : []), 0x0f];
    else code = [...(carries ? this.expression(carries, depth - 1) : []), 0x0c, ...uleb(at)];
    this.labels.pop();
    return [...code, ...(random.chance(0.6) ? deadCode(this.random) : [])];
  }

  #branchTable(depth: number): number[] {
    // Inside a block of its own, so that there is always a label that carries nothing.
    this.labels.push({ carries: undefined });
    const plain = this.labels
      .map((label, index) => ({ label, depth: this.labels.length - 1 - index }))
      .filter(({ label }) => label.carries === undefined)
      .map((entry) => entry.depth);
    const targets = Array.from({ length: this.random.below(5) }, () => uleb(this.random.pick(plain)));
    const index = [...this.condition(depth), ...i32Const(7), 0x71];
    this.labels.pop();
    return [
      0x02,
      0x40,
      ...index,
      0x0e,
      ...uleb(targets.length),
      ...targets.flat(),
      ...uleb(this.random.pick(plain)),
      ...(this.random.chance(0.5) ? deadCode(this.random) : []),
      0x0b,
    ];
  }
}
