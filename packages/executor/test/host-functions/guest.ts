import {
  createHostFunctions,
  type HostFunctionErrorCode,
  type HostFunctionOptions,
  type HostFunctions,
} from '../../src/host-functions/index.ts';

const PAGE = 65_536;
const ARGUMENTS = 4 * PAGE;
const HEAP_BASE = 512 * PAGE;

type Callable = (...args: (number | bigint)[]) => number | bigint | undefined;

/** Host functions over a memory, called directly; arguments lie below the heap. */
export class Guest {
  readonly memory = new WebAssembly.Memory({ initial: 600, maximum: 2080 });
  readonly functions: HostFunctions;
  #next = ARGUMENTS;

  constructor(options: Partial<HostFunctionOptions> = {}) {
    this.functions = createHostFunctions({
      memory: this.memory,
      maxPages: 2080,
      eccEnabled: false,
      loggingMaxLevel: 1,
      ...options,
    });
    this.functions.setHeapBase(HEAP_BASE);
  }

  /** Copies bytes into the memory and returns their address. */
  put(bytes: Uint8Array): number {
    if (this.#next + bytes.length > HEAP_BASE) this.#next = ARGUMENTS;
    const address = this.#next;
    new Uint8Array(this.memory.buffer).set(bytes, address);
    this.#next = (address + bytes.length + 8) & ~7;
    return address;
  }

  /** The same as a fat pointer. */
  fat(bytes: Uint8Array): bigint {
    return fatPointer(this.put(bytes), bytes.length);
  }

  call(name: string, ...args: (number | bigint)[]): number | bigint | undefined {
    return (this.functions.imports[name] as Callable)(...args);
  }

  /** Calls a function that returns a pointer to `length` bytes, and frees them. */
  bytes(name: string, length: number, ...args: (number | bigint)[]): string {
    return this.#take(this.call(name, ...args) as number, length);
  }

  /** Calls a function that returns a fat pointer, and frees what it points to. */
  fatBytes(name: string, ...args: (number | bigint)[]): string {
    const fat = BigInt.asUintN(64, this.call(name, ...args) as bigint);
    return this.#take(Number(fat & 0xffff_ffffn), Number(fat >> 32n));
  }

  #take(address: number, length: number): string {
    const hex = Buffer.from(this.memory.buffer, address, length).toString('hex');
    this.call('ext_allocator_free_version_1', address);
    return hex;
  }

  /** Why the call traps; undefined if it does not. */
  trap(name: string, ...args: (number | bigint)[]): HostFunctionErrorCode | undefined {
    try {
      this.call(name, ...args);
      return undefined;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      return this.functions.failure()!.code;
    }
  }
}

export function fatPointer(address: number, length: number): bigint {
  return (BigInt(length) << 32n) | BigInt(address);
}

/** Deterministic random numbers (LCG of the vectors). */
export class Random {
  #x: number;

  constructor(seed: number) {
    this.#x = seed >>> 0;
  }

  /** 0 … n - 1 */
  below(n: number): number {
    this.#x = (Math.imul(this.#x, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#x / 2 ** 32) * n);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
