/**
 * The PVF executor: validation code in, artifact out; artifact and parameters in, result out.
 *
 * - `blob/` decompresses code and PoVs;
 * - `wasm/` prevalidates and rewrites a module as the reference does, and inspects one;
 * - `host-functions/` is what a PVF may import;
 * - `engine/` compiles, keeps and loads machine code, instantiates and calls.
 *
 * Everything here handles untrusted input: call it inside a job process.
 */
export * from './blob/index.ts';
export * from './engine/index.ts';
export * from './host-functions/index.ts';
export * from './wasm/index.ts';
