import wabt from 'wabt';

const { parseWat } = await wabt();

/** V8's own instructions, as functions of the names that the adapter's have. */
export function nativeConversions(): Record<string, (value: number) => number | bigint> {
  const functions = ['i32', 'i64'].flatMap((to) =>
    ['f32', 'f64'].flatMap((from) =>
      ['s', 'u'].map(
        (sign) =>
          `(func (export "${to}_trunc_sat_${from}_${sign}") (param ${from}) (result ${to}) (${to}.trunc_sat_${from}_${sign} (local.get 0)))`,
      ),
    ),
  );
  return instantiate(`(module ${functions.join('\n')})`) as Record<
    string,
    (value: number) => number | bigint
  >;
}

/** V8's `memory.copy` and `memory.fill` on a memory of one page, exported. */
export function nativeMemory(): WebAssembly.Exports {
  return instantiate(`(module (memory (export "memory") 1)
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2))))`);
}

export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = parseWat('test.wat', text, {
    bulk_memory: true,
    sat_float_to_int: true,
    sign_extension: true,
  });
  try {
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

function instantiate(text: string): WebAssembly.Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(assemble(text))).exports;
}
