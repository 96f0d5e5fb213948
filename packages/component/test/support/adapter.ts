const PAGE = 65_536;

/** What the tests stand in for: guest functions in JavaScript, and a host. Without one, calling it fails the test. */
export interface StandIns {
  readonly initialPages?: number;
  readonly realloc?: (old: number, oldSize: number, align: number, size: number) => number;
  readonly validate?: (...args: number[]) => number;
  readonly postReturn?: (result: number) => void;
  readonly start?: () => void;
  readonly env?: Readonly<Record<string, (...args: never[]) => number | bigint | undefined>>;
}

/** Pages: 1 of the guest's (or `initialPages`) that may become 16, one of texts, 8 of the host's heap. */
export const LAYOUT = {
  initial: 1,
  maximum: 16,
  texts: 16 * PAGE,
  heap: 17 * PAGE,
  heapEnd: 25 * PAGE,
} as const;

export interface Adapter {
  readonly exports: Record<string, CallableFunction>;
  readonly memory: WebAssembly.Memory;
  /** Calls `validate_block` with parameters laid into the host's heap; returns the result's bytes. */
  run(parameters: Uint8Array): Uint8Array;
}

/** The adapter alone, with the test in the place of glue, guest and host. */
export function instantiateAdapter(bytes: Uint8Array, standIns: StandIns = {}): Adapter {
  const module = new WebAssembly.Module(Uint8Array.from(bytes));
  const memory = new WebAssembly.Memory({ initial: 25 });
  const missing = (what: string) => () => {
    throw new Error(`${what} was called`);
  };
  const env = Object.fromEntries(
    WebAssembly.Module.imports(module)
      .filter(({ module: from, kind }) => from === 'env' && kind === 'function')
      .map(({ name }) => [name, standIns.env?.[name] ?? missing(name)]),
  );
  const { exports } = new WebAssembly.Instance(module, {
    env: { ...env, memory },
    guest: {
      realloc: standIns.realloc ?? missing('realloc'),
      validate: standIns.validate ?? missing('validate'),
      post_return: standIns.postReturn ?? missing('post_return'),
    },
    glue: {
      start: standIns.start ?? (() => {}),
      initial_pages: standIns.initialPages ?? LAYOUT.initial,
      maximum_pages: LAYOUT.maximum,
      texts: LAYOUT.texts,
      host_heap: LAYOUT.heap,
      host_heap_end: LAYOUT.heapEnd,
    },
  });
  const functions = exports as Record<string, CallableFunction>;
  return {
    exports: functions,
    memory,
    run(parameters) {
      new Uint8Array(memory.buffer).set(parameters, LAYOUT.heap);
      const packed = BigInt.asUintN(64, functions.validate_block!(LAYOUT.heap, parameters.length) as bigint);
      const start = Number(packed & 0xffff_ffffn);
      return new Uint8Array(memory.buffer).slice(start, start + Number(packed >> 32n));
    },
  };
}
