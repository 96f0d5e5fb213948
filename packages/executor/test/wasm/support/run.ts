import { expect } from 'vitest';
import { RewriteError, type RewriteErrorCode, rewriteModule } from '../../../src/wasm/index.ts';

export const LIMIT = 65_536;

export const toReference = (code: Uint8Array, stackLogicalMax = LIMIT): Uint8Array =>
  rewriteModule(code, { stackLogicalMax, target: 'reference' });

export const toEngine = (code: Uint8Array, stackLogicalMax = LIMIT): Uint8Array =>
  rewriteModule(code, { stackLogicalMax, target: 'engine' });

/** Compiles without running; modules of tests are small enough to do it synchronously. */
export const compile = (code: Uint8Array): WebAssembly.Module => new WebAssembly.Module(code as BufferSource);

export interface Guest {
  readonly exports: Record<string, WebAssembly.ExportValue>;
  readonly memory: WebAssembly.Memory;
}

/** Instantiates a module made for the engine, with `pages` of memory. */
export function instantiate(
  code: Uint8Array,
  pages = 1,
  env: Record<string, WebAssembly.ImportValue> = {},
): Guest {
  const memory = new WebAssembly.Memory({ initial: pages });
  const { exports } = new WebAssembly.Instance(compile(code), { pvf: { memory }, env });
  return { exports, memory };
}

export const call = (
  guest: Guest,
  title: string,
  ...args: (number | bigint)[]
): number | bigint | undefined =>
  (guest.exports[title] as (...args: (number | bigint)[]) => number | bigint | undefined)(...args);

/** The error of both targets, which must agree unless `targets` names one. */
export function refusal(
  code: Uint8Array,
  targets: readonly ('reference' | 'engine')[] = ['reference', 'engine'],
): RewriteError {
  const errors = targets.map((target) => {
    try {
      rewriteModule(code, { stackLogicalMax: LIMIT, target });
    } catch (error) {
      if (error instanceof RewriteError) return error;
      throw error;
    }
    throw new Error(`the module was accepted for the target ${target}`);
  });
  expect(new Set(errors.map((error) => error.code)).size).toBe(1);
  return errors[0]!;
}

export function expectRefused(code: Uint8Array, expected: RewriteErrorCode, meta?: object): void {
  const error = refusal(code);
  expect(error.code).toBe(expected);
  if (meta !== undefined) expect(error.meta).toMatchObject(meta);
}
