/**
 * Receives a line a guest logged. Level: 0 error, 1 warn, 2 info, 3 debug, 4 trace. The bytes are copies
 * and valid UTF-8.
 */
export type LogSink = (level: number, target: Uint8Array, message: Uint8Array) => void;

const DEBUG_LEVEL = 3;
const PRINT_TARGET = new TextEncoder().encode('runtime');

/** The functions the wasm side calls for lines that pass the filter (assembly/shim/logging.ts). */
export function createSinks(
  memory: WebAssembly.Memory,
  onLog: LogSink | undefined,
): WebAssembly.ModuleImports {
  const copy = (address: number, length: number): Uint8Array =>
    new Uint8Array(memory.buffer, address >>> 0, length >>> 0).slice();
  return {
    log: (level: number, target: number, targetLength: number, text: number, textLength: number) =>
      onLog?.(level, copy(target, targetLength), copy(text, textLength)),
    print: (hexadecimal: number, address: number, length: number) => {
      const bytes = copy(address, length);
      const text = hexadecimal ? new TextEncoder().encode(Buffer.from(bytes).toString('hex')) : bytes;
      onLog?.(DEBUG_LEVEL, PRINT_TARGET, text);
    },
    printNumber: (low: number, high: number) => {
      const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
      onLog?.(DEBUG_LEVEL, PRINT_TARGET, new TextEncoder().encode(value.toString()));
    },
  };
}
