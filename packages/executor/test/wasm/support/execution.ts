import { createHash } from 'node:crypto';
import { F32, F64, I64 } from './binary.ts';
import type { GeneratedModule } from './generator.ts';
import { Random } from './random.ts';
import { compile } from './run.ts';

/**
 * Runs every exported function of a generated module with arguments drawn from `seed` and writes down all
 * that can be observed: results and traps, calls to the host, globals and memory.
 */
export function execute(code: Uint8Array, guest: GeneratedModule, seed: number): string[] {
  const random = new Random(seed);
  const trace: string[] = [];
  const memory = new WebAssembly.Memory({ initial: 1 });
  const env = {
    memory,
    log: (value: number) => void trace.push(`log ${value}`),
    mix: (value: bigint) => {
      trace.push(`mix ${value}`);
      return value * 0x9e3779b97f4a7c15n + 1n;
    },
  };
  const module = compile(code);
  let exports: WebAssembly.Exports;
  try {
    ({ exports } = new WebAssembly.Instance(module, { env, pvf: { memory } }));
  } catch (error) {
    return [...trace, `instantiation: ${kindOf(error)}`];
  }
  for (const { name, signature } of guest.functions) {
    const args = signature.params.map((kind) => (kind === I64 ? random.u64() : random.u32()));
    try {
      const result = (exports[name] as (...args: unknown[]) => unknown)(...args);
      trace.push(`${name} ${describe(result, signature.results[0])}`);
    } catch (error) {
      trace.push(`${name} ${kindOf(error)}`);
    }
  }
  for (const [name, value] of Object.entries(exports)) {
    // Added by the rewriting, and not the guest's to see.
    if (name.startsWith('pvf stack height')) continue;
    if (value instanceof WebAssembly.Global) trace.push(`${name} ${describe(value.value, undefined)}`);
  }
  const used = exports.memory instanceof WebAssembly.Memory ? exports.memory : memory;
  trace.push(createHash('sha256').update(new Uint8Array(used.buffer)).digest('hex'));
  return trace;
}

/** JavaScript may not keep a NaN's bits, so returned NaNs are compared as NaNs; memory shows the bits. */
function describe(value: unknown, kind: number | undefined): string {
  if (kind === F32 || kind === F64) return Object.is(value, -0) ? '-0' : String(value);
  return String(value);
}

function kindOf(error: unknown): string {
  return error instanceof WebAssembly.RuntimeError ? `trap: ${error.message}` : String(error);
}
