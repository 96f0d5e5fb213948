/**
 * The operand-stack model of wasm-instrument 0.4's stack limiter: not WebAssembly's validation, but the
 * count every validator uses, with its peculiarities. A pop at exactly the height where the current block
 * began is an error unless the code is unreachable; a pop from above may go below it unnoticed; `else`
 * changes nothing; heights in unreachable code do not count.
 */
export class HeightModel {
  height = 0;
  maximum = 0;
  /** Height at which the innermost block began. */
  base = 0;
  /** True after an instruction that never falls through, until the innermost block ends. */
  unreachable = false;
  /** Blocks open, the function's own included. */
  depth = 0;

  #bases = new Int32Array(64);
  /** Bit 0: unreachable; bit 1: values at the end; bit 2: values a branch takes. */
  #flags = new Uint8Array(64);

  /** Starts a function. Its frame begins at 0, below the 2 values that every activation costs. */
  begin(results: number): void {
    this.depth = 0;
    this.maximum = 0;
    this.height = 0;
    this.base = 0;
    this.unreachable = false;
    this.open(results, results);
    this.height = ACTIVATION_COST;
  }

  open(endArity: number, branchArity: number): void {
    if (this.depth === this.#bases.length) this.#grow();
    if (this.depth > 0) this.#flags[this.depth - 1]! |= this.unreachable ? 1 : 0;
    this.#bases[this.depth] = this.height;
    this.#flags[this.depth] = (endArity << 1) | (branchArity << 2);
    this.base = this.height;
    this.unreachable = false;
    this.depth++;
  }

  close(): void {
    const top = --this.depth;
    this.height = this.#bases[top]! + ((this.#flags[top]! >> 1) & 1);
    if (top > 0) {
      this.base = this.#bases[top - 1]!;
      this.unreachable = (this.#flags[top - 1]! & 1) === 1;
    }
  }

  /** Values a branch to the block `label` levels out takes, or -1 if there is no such block. */
  branchArity(label: number): number {
    return label < this.depth ? this.#flags[this.depth - 1 - label]! >> 2 : -1;
  }

  /** Returns false where the limiter gives up on the module. */
  pop(count: number): boolean {
    if (count === 0) return true;
    if (this.height === this.base) return this.unreachable;
    this.height -= count;
    return this.height >= 0;
  }

  #grow(): void {
    const bases = new Int32Array(this.#bases.length * 2);
    bases.set(this.#bases);
    this.#bases = bases;
    const flags = new Uint8Array(this.#flags.length * 2);
    flags.set(this.#flags);
    this.#flags = flags;
  }
}

/** What a call costs besides locals and operands; the limiter starts every function at this height. */
const ACTIVATION_COST = 2;
