import { Op } from './opcodes.ts';
import type { Writer } from './writer.ts';

/**
 * The reference's metering, moved from the calls into the called functions: the same sums are compared with
 * the same limit at the same moments, but the code is there once per function instead of once per call, and
 * no thunks are needed. V8 compiles a real runtime in three quarters of the time, to two thirds of the code.
 *
 * Why the two are equal: a charged call adds the callee's cost after its operands are evaluated and before
 * the callee's first instruction, and subtracts it when the callee returns. Doing both inside the callee
 * changes nothing in between. Functions reached through exports, tables or as start function are charged by
 * the reference's thunks in the same way. A trap ends the guest, so nothing is to be undone then.
 *
 * A function that calls no function of the guest needs no change of the sum, since nobody would see it:
 * comparing is enough. (A module that uses the sum's global, by its index, is metered at its calls instead.)
 */
export class EntryMetering {
  readonly #global: number;
  readonly #limit: number;

  constructor(global: number, limit: number) {
    this.#global = global;
    this.#limit = limit;
  }

  /**
   * Begins a body, behind its locals. `calls` says whether it calls functions of the guest, `result` is the
   * function's result type or 0. Returns whether the body now is inside a block that `leave` closes and that
   * `return` must branch to.
   */
  enter(out: Writer, cost: number, calls: boolean, result: number): boolean {
    out.reserve(64);
    // Costs are far below 2³¹, so below this limit no sum wraps around; the reference's would, beyond.
    const comparable = this.#limit < 2 ** 31;
    if (!calls && comparable) {
      if (cost > this.#limit) {
        out.byte(Op.unreachable);
        return false;
      }
      this.#trapAbove(out, this.#limit - cost);
      return false;
    }
    this.#add(out, cost, Op.i32Add);
    this.#trapAbove(out, this.#limit);
    out.byte(Op.block);
    out.byte(result === 0 ? NO_RESULT : result);
    return true;
  }

  /** Ends the block and takes the cost back; the function's own `end` is the caller's. */
  leave(out: Writer, cost: number): void {
    out.reserve(32);
    out.byte(Op.end);
    this.#add(out, cost, Op.i32Sub);
  }

  #add(out: Writer, cost: number, operation: number): void {
    out.byte(Op.globalGet);
    out.u32(this.#global);
    out.byte(Op.i32Const);
    out.i32(cost);
    out.byte(operation);
    out.byte(Op.globalSet);
    out.u32(this.#global);
  }

  #trapAbove(out: Writer, limit: number): void {
    out.byte(Op.globalGet);
    out.u32(this.#global);
    out.byte(Op.i32Const);
    out.i32(limit);
    out.byte(Op.i32GtU);
    out.byte(Op.if);
    out.byte(NO_RESULT);
    out.byte(Op.unreachable);
    out.byte(Op.end);
  }
}

const NO_RESULT = 0x40;
