import { Op } from './opcodes.ts';
import { lebWidth, Writer } from './writer.ts';

/**
 * The code around a charged call: add the callee's cost to the global that holds the current height, trap
 * if it exceeds the limit, call, subtract the cost again. The sequence is the reference's, byte for byte.
 */
export class CallMetering {
  readonly #getGlobal: Uint8Array;
  readonly #check: Uint8Array;
  readonly #restore: Uint8Array;

  constructor(global: number, limit: number) {
    this.#getGlobal = bytes((out) => {
      out.byte(Op.globalGet);
      out.u32(global);
      out.byte(Op.i32Const);
    });
    this.#check = bytes((out) => {
      out.byte(Op.i32Add);
      out.byte(Op.globalSet);
      out.u32(global);
      out.byte(Op.globalGet);
      out.u32(global);
      out.byte(Op.i32Const);
      out.i32(limit);
      out.byte(Op.i32GtU);
      out.all(new Uint8Array([Op.if, 0x40, 0x00, Op.end]));
      out.byte(Op.call);
    });
    this.#restore = bytes((out) => {
      out.byte(Op.i32Sub);
      out.byte(Op.globalSet);
      out.u32(global);
    });
  }

  call(out: Writer, callee: number, cost: number): void {
    out.reserve(this.#getGlobal.length * 2 + this.#check.length + this.#restore.length + 20);
    out.all(this.#getGlobal);
    out.i32(cost);
    out.all(this.#check);
    out.u32(callee);
    out.all(this.#getGlobal);
    out.i32(cost);
    out.all(this.#restore);
  }

  /** A whole body: pass the parameters on, charged. */
  thunk(out: Writer, callee: number, cost: number, params: number): void {
    const size = out.beginSized(params * (1 + lebWidth(params)) + 40);
    out.byte(0);
    for (let i = 0; i < params; i++) {
      out.byte(Op.localGet);
      out.u32(i);
    }
    this.call(out, callee, cost);
    out.byte(Op.end);
    out.endSized(size);
  }
}

function bytes(write: (out: Writer) => void): Uint8Array {
  const out = new Writer(64);
  write(out);
  return out.bytes.slice(0, out.length);
}
